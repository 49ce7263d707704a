from transformers import AutoModelWithLMHead

print "loading"
model = AutoModelWithLMHead.from_pretrained("microsoft/DialoGPT-medium")
