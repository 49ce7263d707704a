from transformers import AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("google-t5/t5-small")
local = AutoTokenizer.from_pretrained("C:\\models\\t5")
