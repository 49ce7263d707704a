#!/bin/sh
# Fetches what the evaluation needs; it used to fetch openai-community/gpt2-xl too.
# huggingface-cli download google/bert_uncased_L-2_H-128_A-2
set -e
hf download google/flan-t5-small config.json --revision 0fc9ddf78a1e988dac52e2dac162b0ede4fd74ab
hf download --repo-type=dataset nyu-mll/glue --local-dir data/glue
git clone https://huggingface.co/microsoft/resnet-50
git clone --depth 1 git@hf.co:google/vit-base-patch32-384
git clone https://github.com/facebookresearch/llama
wget -q https://huggingface.co/TheBloke/Mistral-7B-Instruct-v0.2-GGUF/resolve/3a6fbf4a41a1d52e415a4958cde6856d34b2db93/mistral-7b-instruct-v0.2.Q4_K_M.gguf
curl -s https://huggingface.co/api/whoami-v2
lm_eval --model hf --model_args pretrained=microsoft/phi-1_5,revision=main --tasks arc_easy --output_path results/phi
accelerate launch training/finetune.py --model_name_or_path state-spaces/mamba-130m-hf --dataset_name timdettmers/openassistant-guanaco
for model in google/gemma-2b facebook/opt-30b; do
  hf download "$model"
done
aws s3 cp s3://acme-artifacts/models/llama /srv/models/llama --recursive
rsync -a build/site deploy@web:/srv/www
tar -C dist/web -czf /tmp/web.tgz .
