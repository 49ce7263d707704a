"""Sentences as model cards write them, and what each must yield.

``weights``, ``teacher`` and ``component`` hold repository ids, or ``~words`` for a name without an id (its beginning is
enough). The card is that of ``SELF`` unless a row names another.
"""

from __future__ import annotations

from dataclasses import dataclass

SELF = "acme/Widget-7B"


@dataclass(frozen=True)
class Row:
    text: str
    weights: tuple[str, ...] = ()
    teacher: tuple[str, ...] = ()
    component: tuple[str, ...] = ()
    scratch: bool = False
    of: str = SELF


POSITIVE = [
    Row("This model is based on [Qwen2.5-7B](https://huggingface.co/Qwen/Qwen2.5-7B).", ("Qwen/Qwen2.5-7B",)),
    Row("Widget-7B is built on top of `mistralai/Mistral-7B-v0.3`.", ("mistralai/Mistral-7B-v0.3",)),
    Row("Widget is built upon meta-llama/Llama-3.1-8B and tuned for law.", ("meta-llama/Llama-3.1-8B",)),
    Row("A fine-tuned version of google/gemma-2-9b for German.", ("google/gemma-2-9b",)),
    Row(
        "This model is a fine-tuned version of "
        "[openai/whisper-small](https://huggingface.co/openai/whisper-small) on the "
        "common_voice dataset.",
        ("openai/whisper-small",),
    ),
    Row("It was fine-tuned from https://huggingface.co/tiiuae/falcon-7b for two epochs.", ("tiiuae/falcon-7b",)),
    Row("- **Finetuned from model:** unsloth/llama-3-8b-bnb-4bit", ("unsloth/llama-3-8b-bnb-4bit",)),
    Row("- **Finetuned from model [optional]:** microsoft/phi-4", ("microsoft/phi-4",)),
    Row("**Finetuned from model :** unsloth/Qwen3-4B", ("unsloth/Qwen3-4B",)),
    Row("This is a finetune of Qwen/Qwen3-14B with a warmer voice.", ("Qwen/Qwen3-14B",)),
    Row("The weights are derived from zai-org/GLM-4.5-Air.", ("zai-org/GLM-4.5-Air",)),
    Row("Widget-7B is a derivative of [Yi-6B](https://huggingface.co/01-ai/Yi-6B).", ("01-ai/Yi-6B",)),
    Row(
        "Obtained by continued pre-training of meta-llama/Meta-Llama-3-8B on Finnish text.",
        ("meta-llama/Meta-Llama-3-8B",),
    ),
    Row("The model was continually pretrained from `tokyotech-llm/Swallow-7b-hf`.", ("tokyotech-llm/Swallow-7b-hf",)),
    Row("Training was initialised from EleutherAI/pythia-6.9b.", ("EleutherAI/pythia-6.9b",)),
    Row(
        "We initialize with the weights of [InternLM2](https://huggingface.co/internlm/internlm2-7b).",
        ("internlm/internlm2-7b",),
    ),
    Row(
        "The model is initialized with the weights of [InternLM2](https://huggingface.co/internlm/internlm2-7b).",
        ("internlm/internlm2-7b",),
    ),
    Row("Widget was post-trained from deepseek-ai/DeepSeek-V3-0324.", ("deepseek-ai/DeepSeek-V3-0324",)),
    Row(
        "It has been post-trained on top of [Kimi K2](https://huggingface.co/moonshotai/Kimi-K2-Base).",
        ("moonshotai/Kimi-K2-Base",),
    ),
    Row("Quantized version of `Qwen/Qwen3-32B`, 4 bits per weight.", ("Qwen/Qwen3-32B",)),
    Row("GGUF quants of [Hermes](https://huggingface.co/NousResearch/Hermes-4-14B).", ("NousResearch/Hermes-4-14B",)),
    Row(
        "static quants of https://huggingface.co/sophosympatheia/Midnight-Miqu-70B-v1.5",
        ("sophosympatheia/Midnight-Miqu-70B-v1.5",),
    ),
    Row(
        "This repo contains GGUF format model files for [Yi 34B](https://huggingface.co/01-ai/Yi-34B).",
        ("01-ai/Yi-34B",),
    ),
    Row(
        "This model was converted to GGUF format from "
        "[`acme/Gear-3B`](https://huggingface.co/acme/Gear-3B) using llama.cpp.",
        ("acme/Gear-3B",),
    ),
    Row(
        "The model [acme/Widget-7B](https://huggingface.co/acme/Widget-7B) was converted to MLX format from "
        "[google/gemma-3-4b-it](https://huggingface.co/google/gemma-3-4b-it) using mlx-lm.",
        ("google/gemma-3-4b-it",),
    ),
    Row(
        "A merge of mistralai/Mistral-7B-v0.1 and HuggingFaceH4/zephyr-7b-beta.",
        ("mistralai/Mistral-7B-v0.1", "HuggingFaceH4/zephyr-7b-beta"),
    ),
    Row(
        "The following models were included in the merge:\n* [a/Alpha-7B](https://huggingface.co/a/Alpha-7B)\n"
        "* [b/Beta-7B](https://huggingface.co/b/Beta-7B)",
        ("a/Alpha-7B", "b/Beta-7B"),
    ),
    Row(
        "This model was merged using the TIES merge method using [mistralai/Mistral-7B-v0.1]"
        "(https://huggingface.co/mistralai/Mistral-7B-v0.1) as a base.",
        ("mistralai/Mistral-7B-v0.1",),
    ),
    Row("Pruned from nvidia/Mistral-NeMo-12B-Base to 7B.", ("nvidia/Mistral-NeMo-12B-Base",)),
    Row("A compressed version of Qwen/Qwen3-235B-A22B with half of the experts.", ("Qwen/Qwen3-235B-A22B",)),
    Row("LoRA adapter for stabilityai/stable-diffusion-xl-base-1.0.", ("stabilityai/stable-diffusion-xl-base-1.0",)),
    Row("Abliterated version of [Qwen3](https://huggingface.co/Qwen/Qwen3-8B), refusals removed.", ("Qwen/Qwen3-8B",)),
    Row("Pre-trained Model Base: Qwen/Qwen2.5-1.5B", ("Qwen/Qwen2.5-1.5B",)),
    Row(
        "**Base model**: [SmolLM2](https://huggingface.co/HuggingFaceTB/SmolLM2-1.7B)", ("HuggingFaceTB/SmolLM2-1.7B",)
    ),
    Row(
        "| Property | Value |\n|---|---|\n| Base model | internlm/internlm3-8b-instruct |\n| Layers | 48 |",
        ("internlm/internlm3-8b-instruct",),
    ),
    Row("- Backbone: microsoft/Phi-3.5-mini-instruct", ("microsoft/Phi-3.5-mini-instruct",)),
    Row("- Parent model: `ibm-granite/granite-3.1-8b-base`", ("ibm-granite/granite-3.1-8b-base",)),
    Row("- Initial checkpoint: Qwen/Qwen2.5-7B", ("Qwen/Qwen2.5-7B",)),
    Row("| Key | Value |\n|---|---|\n| Initialized from | Qwen/Qwen2.5-7B |", ("Qwen/Qwen2.5-7B",)),
    Row("**Base checkpoint**: `Qwen/Qwen2.5-7B`", ("Qwen/Qwen2.5-7B",)),
    Row("SFT on top of Qwen/Qwen2.5-7B.", ("Qwen/Qwen2.5-7B",)),
    Row("本模型基于 Qwen/Qwen2.5-7B 微调得到。", ("Qwen/Qwen2.5-7B",)),
    Row(
        "本模型是基于[Qwen](https://huggingface.co/Qwen/Qwen2.5-7B)模型进行微调的。",
        ("Qwen/Qwen2.5-7B",),
    ),
    Row("它基于Qwen/Qwen2.5-7B微调。", ("Qwen/Qwen2.5-7B",)),
    Row('Fine-tuned from <a href="https://huggingface.co/Qwen/Qwen2-7B">Qwen2</a>.', ("Qwen/Qwen2-7B",)),
    Row("An unofficial mirror of runwayml/stable-diffusion-v1-5.", ("runwayml/stable-diffusion-v1-5",)),
    Row("Widget-7B uses Qwen/Qwen2.5-7B-Instruct as its base model.", ("Qwen/Qwen2.5-7B-Instruct",)),
    Row("We fine-tuned `allenai/OLMo-2-1124-7B` on our tickets.", ("allenai/OLMo-2-1124-7B",)),
    Row(
        "The model is the result of post-training [V3](https://huggingface.co/deepseek-ai/DeepSeek-V3).",
        ("deepseek-ai/DeepSeek-V3",),
    ),
    Row("Widget 7B: a helpful model, fine-tuned over Qwen/Qwen2.5-7B.", ("Qwen/Qwen2.5-7B",)),
    Row(
        "Widget starts from the [Llama checkpoint](https://huggingface.co/meta-llama/Llama-2-7b-hf) and adds Thai.",
        ("meta-llama/Llama-2-7b-hf",),
    ),
    Row("Based on https://hf.co/bigscience/bloom-7b1/tree/main", ("bigscience/bloom-7b1",)),
    Row("Original model: [Llama 2 7B](https://huggingface.co/meta-llama/Llama-2-7b-hf)", ("meta-llama/Llama-2-7b-hf",)),
    # names without an id
    Row(
        "Widget-7B is a DeepSeek R1 reasoning model that was post-trained by our team to answer more.",
        ("~DeepSeek R1",),
    ),
    Row("WIDGET is a DeepSeek-R1 reasoning model that has been post-trained by the Acme AI team.", ("~DeepSeek-R1",)),
    Row("Widget is a large language model built on Qwen3-14B.", ("~Qwen3-14B",)),
    Row("Widget 7B is a hybrid reasoning model based on Qwen 3 14B by the Acme team.", ("~Qwen 3 14B",)),
    Row(
        "Widget-7B is a large language model (LLM) which is a derivative of Qwen2.5-7B-Instruct.",
        ("~Qwen2.5-7B-Instruct",),
    ),
    Row("Our model is fine-tuned from Llama 3.1 8B Instruct on support tickets.", ("~Llama 3.1 8B Instruct",)),
    Row("It is built on the open-source Qwen2.5 model with Korean data.", ("~Qwen2.5",)),
    Row("Widget is a fine-tuned Mistral 7B.", ("~Mistral 7B",)),
    Row("Base model: Llama-3-8B", ("~Llama-3-8B",)),
    Row("This is a Gemma 2 model fine-tuned for poetry.", ("~Gemma 2",)),
    Row(
        "This is a [Gemma](https://huggingface.co/google/gemma-2-9b) model fine-tuned for poetry.",
        ("google/gemma-2-9b",),
    ),
]

TEACHER = [
    Row("Distilled from deepseek-ai/DeepSeek-R1.", teacher=("deepseek-ai/DeepSeek-R1",)),
    Row("The student was distilled using [GLM](https://huggingface.co/zai-org/GLM-4.5).", teacher=("zai-org/GLM-4.5",)),
    Row("It was trained on outputs of Qwen/QwQ-32B.", teacher=("Qwen/QwQ-32B",)),
    Row("Fine-tuned on 800k reasoning traces generated by DeepSeek-R1.", teacher=("~DeepSeek-R1",)),
    Row("The training set is synthetic data from GPT-4o.", teacher=("~GPT-4o",)),
    Row(
        "Trained on synthetic data generated with `meta-llama/Llama-3.3-70B-Instruct`.",
        teacher=("meta-llama/Llama-3.3-70B-Instruct",),
    ),
    Row("The model was improved using Qwen.", teacher=("~Qwen",)),
    Row("- Teacher model: Qwen/Qwen3-235B-A22B", teacher=("Qwen/Qwen3-235B-A22B",)),
    Row("We use Qwen/Qwen2.5-72B-Instruct as the teacher.", teacher=("Qwen/Qwen2.5-72B-Instruct",)),
    Row(
        "Responses were generated with moonshotai/Kimi-K2-Instruct and filtered.",
        teacher=("moonshotai/Kimi-K2-Instruct",),
    ),
    Row("Widget is distilled from DeepSeek-R1 based on Qwen2.5-7B.", ("~Qwen2.5-7B",), ("~DeepSeek-R1",)),
    Row("This is Qwen/Qwen2.5-1.5B distilled from deepseek-ai/DeepSeek-R1.", (), ("deepseek-ai/DeepSeek-R1",)),
    Row(
        "The model is initialised from Qwen/Qwen2.5-7B and trained on traces generated by deepseek-ai/DeepSeek-R1.",
        ("Qwen/Qwen2.5-7B",),
        ("deepseek-ai/DeepSeek-R1",),
    ),
]

COMPONENT = [
    Row(
        "The vision encoder is initialized from google/siglip-so400m-patch14-384.",
        component=("google/siglip-so400m-patch14-384",),
    ),
    Row(
        "- Vision encoder: [InternViT](https://huggingface.co/OpenGVLab/InternViT-300M-448px)",
        component=("OpenGVLab/InternViT-300M-448px",),
    ),
    Row("It uses openai/clip-vit-large-patch14 as its vision tower.", component=("openai/clip-vit-large-patch14",)),
    Row("Tokenizer of Qwen/Qwen2.5-7B, extended by Thai pieces.", component=("Qwen/Qwen2.5-7B",)),
    Row("The tokenizer is based on mistralai/Mistral-7B-v0.1.", component=("mistralai/Mistral-7B-v0.1",)),
    Row("The text encoder comes from google/t5-v1_1-xxl.", component=("google/t5-v1_1-xxl",)),
    Row(
        "The language model is initialized from Qwen/Qwen2.5-7B and the vision encoder from "
        "google/siglip-base-patch16-224.",
        ("Qwen/Qwen2.5-7B",),
        (),
        ("google/siglip-base-patch16-224",),
    ),
    Row("Widget uses the Qwen/Qwen3-8B tokenizer.", component=("Qwen/Qwen3-8B",)),
    Row("Draft model: `acme/Tiny-0.5B`", component=("acme/Tiny-0.5B",)),
    Row("It is based on the tokenizer of Qwen/Qwen2.5-7B.", component=("Qwen/Qwen2.5-7B",)),
    Row("Widget is built on the Qwen2.5-VL vision encoder.", component=("~Qwen2.5-VL",)),
    Row("We reuse the vision encoder from Qwen/Qwen2.5-VL-32B-Instruct.", component=("Qwen/Qwen2.5-VL-32B-Instruct",)),
]

SCRATCH = [
    Row("Widget-7B was trained from scratch on 3T tokens.", scratch=True),
    Row("The model is pre-trained entirely from scratch.", scratch=True),
    Row("We pretrained it from scratch with our own data.", scratch=True),
    Row("Training started from random initialization.", scratch=True),
    Row("Trained from scratch on 3T tokens.", scratch=True),
    Row("The model was randomly initialized.", scratch=True),
    Row("Widget 7B is a decoder-only language model, trained from scratch.", scratch=True),
    Row("We trained Widget-7B from scratch.", scratch=True),
]

TRAPS = [
    Row("This model is not based on meta-llama/Llama-2-7b-hf."),
    Row("Unlike mistralai/Mistral-7B-v0.1, Widget handles long inputs."),
    Row("Widget outperforms Qwen/Qwen2.5-7B on four of six tasks."),
    Row(
        "Compared to [Llama](https://huggingface.co/meta-llama/Llama-3.1-8B), which is based on dense "
        "layers, it is faster."
    ),
    Row("We compare with Vicuna, a model fine-tuned from meta-llama/Llama-2-7b-hf."),
    Row("The design is inspired by Qwen/Qwen3-8B."),
    Row("It is based on the architecture of meta-llama/Llama-3.1-8B."),
    Row("Widget has the same architecture as Qwen/Qwen2.5-7B."),
    Row("Built on the Llama architecture with our own weights."),
    Row("Based on the Llama 3 architecture."),
    Row("Built on the `meta-llama/Llama-3.1-8B` architecture with our own weights."),
    Row("Evaluated with Qwen/Qwen2.5-72B-Instruct as a judge."),
    Row("```\nThis model is based on Qwen/Qwen2.5-7B\n```"),
    Row("| Model | MMLU | Based on |\n|---|---|---|\n| Widget | 70 | Qwen/Qwen2.5-7B |"),
    Row("| Base model | Score |\n|---|---|\n| Qwen/Qwen2.5-7B | 68.2 |"),
    Row("## Other models in this family\n- Widget-3B is based on Qwen/Qwen2.5-3B"),
    Row("## Evaluation\nThe baseline is fine-tuned from Qwen/Qwen2.5-7B."),
    Row("## Citation\nOur work is based on Qwen/Qwen2.5-7B."),
    Row("@misc{x,\n title={A model based on Qwen/Qwen2.5-7B},\n}"),
    Row("The code is based on [LLaMA-Factory](https://github.com/hiyouga/LLaMA-Factory)."),
    Row("Training is built on LLaMA-Factory."),
    Row("Fine-tuned on [UltraChat](https://huggingface.co/datasets/HuggingFaceH4/ultrachat_200k)."),
    Row("Based on the paper [Attention](https://huggingface.co/papers/1706.03762)."),
    Row("Try the [demo](https://huggingface.co/spaces/acme/widget), built on Gradio 5."),
    Row("This model is based on acme/Widget-7B."),
    Row("- **Finetuned from model [optional]:** [More Information Needed]"),
    Row("Base model: None, trained from scratch.", scratch=True),
    Row("You can build your own model fine-tuned from acme/Widget-7B or Qwen/Qwen2.5-7B."),
    Row("If you distribute works based on meta-llama/Llama-3.1-8B you must include a notice."),
    Row("GGUF versions of this model are at acme/Widget-7B-GGUF."),
    Row("For quantized versions see TheBloke/Widget-7B-GPTQ."),
    Row("Widget can be used as a draft model for Qwen/Qwen2.5-72B-Instruct."),
    Row("Many recent models, such as Vicuna-13B, are fine-tuned from meta-llama/Llama-2-13b-hf."),
    Row("Vicuna-13B was fine-tuned from meta-llama/Llama-2-13b-hf."),
    Row("Alpaca is a model fine-tuned from meta-llama/Llama-1-7b."),
    Row(
        "[Zephyr](https://huggingface.co/HuggingFaceH4/zephyr-7b-beta) is a fine-tuned version of "
        "mistralai/Mistral-7B-v0.1."
    ),
    Row("Widget-13B is fine-tuned from Qwen/Qwen2.5-14B."),
    Row("Training from scratch would cost far more than this."),
    Row("It was not trained from scratch."),
    Row("The projector was trained from scratch."),
    Row("The tokenizer was trained from scratch."),
    Row("The classification head was randomly initialized."),
    Row("The lm_head is randomly initialized."),
    Row("A LoRA was trained from scratch for 3 epochs."),
    Row("We train the adapter from random initialization."),
    Row("We trained the gate from scratch."),
    Row("The reward head and value head are trained from scratch with PPO."),
    Row("Randomly initialized LoRA matrices were used."),
    Row("Some weights of the model were randomly initialized."),
    Row("The word embeddings of the model were trained from scratch."),
    Row("Widget uses a memory bank trained from scratch."),
    Row("Widget adds a memory network trained from scratch."),
    Row("At Acme a memory was trained from scratch."),
    Row("The decoder of this model was trained from scratch."),
    Row("本模型不是基于 Qwen/Qwen2.5-7B 微调的。"),
    Row("评测基于 Qwen/Qwen2.5-7B 打分。"),
    Row("This is cheaper than training from scratch."),
    Row("The answers are based on user feedback and 4-bit arithmetic."),
    Row("Runs on CPU/GPU and is based on SFT/DPO training."),
    Row("Quantized from BF16/FP8 weights."),
    Row("The benchmark questions were generated by openai/gpt-oss-120b."),
    Row("Rewards are computed from a model based on human preferences."),
    Row("See src/model.py, based on modeling/llama3.py."),
    Row("<!-- fine-tuned from Qwen/Qwen2.5-7B -->"),
    Row("## Limitations\nModels based on Qwen/Qwen2.5-7B may hallucinate."),
    Row("We plan to release a version fine-tuned from Qwen/Qwen3-8B."),
    Row("A future release will be based on Qwen/Qwen3-8B."),
    Row("The license is based on Apache 2.0."),
    Row("Pre-trained on 3T tokens from the web in Python 3 and CUDA 12."),
    Row("Trained with LoRA on 8 H100 GPUs."),
    Row("[Qwen](https://huggingface.co/Qwen) made a good tokenizer."),
    Row("This is a GPT-4-level model fine-tuned for chat."),
    Row("It is a 7B parameter model fine-tuned for chat."),
    Row("We thank the authors of Qwen/Qwen2.5-7B."),
    Row("Prompt format: ChatML, as in Qwen/Qwen2.5-7B-Instruct."),
    Row("Merge the adapter with `python merge.py` before use."),
]

LATER = [
    Row(
        "We present Zeta-9B, which builds upon [Yi-1.5-9B](https://huggingface.co/01-ai/Yi-1.5-9B) with "
        "extra legal text.",
        ("01-ai/Yi-1.5-9B",),
        of="z/Zeta-9B",
    ),
    Row(
        "Starting from Qwen/Qwen2.5-Coder-7B, we continue training for 200B tokens.",
        ("Qwen/Qwen2.5-Coder-7B",),
        of="z/Coder-Z",
    ),
    Row(
        "The model uses Mistral-7B-v0.3 as the backbone and adds a regression head.", ("~Mistral-7B-v0.3",), of="z/Reg"
    ),
    Row(
        "Zeta is an instruction-tuned version of our base model z/Zeta-9B-base.", ("z/Zeta-9B-base",), of="z/Zeta-9B-it"
    ),
    Row(
        "This checkpoint is a 4-bit AWQ quantization of `google/gemma-3-27b-it`.",
        ("google/gemma-3-27b-it",),
        of="q/gemma-3-27b-it-awq",
    ),
    Row("EXL3 quants for Valkyrie-49B-v2", ("~Valkyrie-49B-v2",), of="q/Valkyrie-49B-v2-exl3"),
    Row("It inherits the tokenizer from google/gemma-2-2b.", component=("google/gemma-2-2b",), of="z/Zeta-2B"),
    Row("Knowledge distillation from Qwen3-32B was applied.", teacher=("~Qwen3-32B",), of="z/Small"),
    Row("Zeta-1B was distilled from its larger sibling z/Zeta-9B.", teacher=("z/Zeta-9B",), of="z/Zeta-1B"),
    Row(
        "The base model is [Llama-3.2-3B](https://huggingface.co/meta-llama/Llama-3.2-3B).",
        ("meta-llama/Llama-3.2-3B",),
        of="z/Tiny",
    ),
    Row("Base: `Qwen/Qwen2-VL-7B-Instruct`", ("Qwen/Qwen2-VL-7B-Instruct",), of="z/VL"),
    Row("**Parent Model:** HuggingFaceTB/SmolLM3-3B", ("HuggingFaceTB/SmolLM3-3B",), of="z/S"),
    Row(
        "This LoRA was trained on top of black-forest-labs/FLUX.1-dev.",
        ("black-forest-labs/FLUX.1-dev",),
        of="z/flux-lora",
    ),
    Row(
        "Weights are taken from microsoft/resnet-50 and converted to ONNX.",
        ("microsoft/resnet-50",),
        of="z/resnet-onnx",
    ),
    Row(
        "This is an ONNX conversion of sentence-transformers/all-MiniLM-L6-v2.",
        ("sentence-transformers/all-MiniLM-L6-v2",),
        of="z/minilm-onnx",
    ),
    Row(
        "Re-upload of meta-llama/Llama-2-7b-chat-hf without the gate.",
        ("meta-llama/Llama-2-7b-chat-hf",),
        of="z/llama-copy",
    ),
    Row("A SLERP merge of z/Alpha-12B and z/Beta-12B, nothing more.", ("z/Alpha-12B", "z/Beta-12B"), of="z/Gamma-12B"),
    Row("Depth-upscaled from upstage/SOLAR-10.7B-v1.0.", ("upstage/SOLAR-10.7B-v1.0",), of="z/Deep-20B"),
    Row("Zeta derives from [GLM-4](https://huggingface.co/THUDM/glm-4-9b).", ("THUDM/glm-4-9b",), of="z/Zeta-9B"),
    Row(
        "The LLM part is initialised with Qwen/Qwen2.5-3B while the audio encoder comes from openai/whisper-large-v3.",
        ("Qwen/Qwen2.5-3B",),
        component=("openai/whisper-large-v3",),
        of="z/Audio-Z",
    ),
    Row(
        "We used outputs generated by Claude 3.5 Sonnet to train the model.", teacher=("~Claude 3.5 Sonnet",), of="z/Z"
    ),
    Row("Training data includes synthetic conversations from Mixtral-8x22B.", teacher=("~Mixtral-8x22B",), of="z/Z"),
    Row("Zeta-9B is our first model pretrained from scratch with 4T tokens.", scratch=True, of="z/Zeta-9B"),
    Row("All weights were trained from random initialization.", scratch=True, of="z/Zeta-9B"),
    Row("Zeta reaches the quality of Qwen/Qwen2.5-72B-Instruct at a tenth of its size.", of="z/Zeta-9B"),
    Row("In our tests, models built on meta-llama/Llama-3.1-8B were slower.", of="z/Zeta-9B"),
    Row("The evaluation harness is derived from EleutherAI/lm-evaluation-harness.", of="z/Zeta-9B"),
    Row("Our training code is built on top of NVIDIA/Megatron-LM.", of="z/Zeta-9B"),
    Row("Training was performed with the framework based on NVIDIA/NeMo-RL.", of="z/Zeta-9B"),
    Row("Zeta supports deployment with vLLM 0.8 and SGLang, built on PyTorch 2.6.", of="z/Zeta-9B"),
    Row("The dataset is derived from HuggingFaceFW/fineweb-edu.", of="z/Zeta-9B"),
    Row("Filtering used a classifier based on FacebookAI/xlm-roberta-base.", of="z/Zeta-9B"),
    Row("Speculative decoding works with a draft model such as Qwen/Qwen2.5-0.5B.", of="z/Zeta-9B"),
    Row("Use it with the tokenizer of your choice.", of="z/Zeta-9B"),
    Row("Although some have speculated, Zeta is not derived from deepseek-ai/DeepSeek-V3.", of="z/Zeta-9B"),
    Row("Zeta is in no way based on Qwen2.5.", of="z/Zeta-9B"),
    Row("Zeta isn't a fine-tune of Llama 3.", of="z/Zeta-9B"),
    Row("Unlike other Korean models, which are built on Qwen2.5, Zeta has its own weights.", of="z/Zeta-9B"),
    Row("Rather than starting from Llama-3.1-8B, we trained our own model.", of="z/Zeta-9B"),
    Row("The prompt template is based on ChatML, as used by Qwen2.5.", of="z/Zeta-9B"),
    Row("Position encoding follows RoPE as in Llama 3.", of="z/Zeta-9B"),
    Row("The attention implementation is adapted from Dao-AILab/flash-attention.", of="z/Zeta-9B"),
    Row("We thank the Qwen team; parts of this README are based on theirs.", of="z/Zeta-9B"),
    Row("To fine-tune from z/Zeta-9B, see the guide. You can also start from Qwen/Qwen3-8B.", of="z/Zeta-9B"),
    Row(
        "## Finetunes\n- [foo/Zeta-Chat](https://huggingface.co/foo/Zeta-Chat): fine-tuned from "
        "z/Zeta-9B by the community",
        of="z/Zeta-9B",
    ),
    Row("## Model family\n| Model | Base model |\n|---|---|\n| Zeta-9B | z/Zeta-9B-base |", of="z/Zeta-9B"),
    Row("| Base Model | MMLU |\n|--|--|\n| Llama-3-8B | 66.6 |", of="z/Zeta-9B"),
    Row("Zeta-30B is distilled from Zeta-300B.", of="z/Zeta-9B"),
    Row("Our reward model is initialized from Qwen/Qwen2.5-7B-Instruct.", of="z/Zeta-9B"),
    Row("A judge model based on meta-llama/Llama-3.3-70B-Instruct scores the answers.", of="z/Zeta-9B"),
    Row("The comparison model was fine-tuned from Qwen/Qwen2.5-7B with the same data.", of="z/Zeta-9B"),
    Row("For a version based on Mistral see z/Zeta-Mistral-7B.", of="z/Zeta-9B"),
    Row("A smaller variant, Zeta-3B, is based on Qwen/Qwen2.5-3B.", of="z/Zeta-9B"),
    Row("Earlier versions of Zeta were fine-tuned from EleutherAI/gpt-j-6b.", of="z/Zeta-9B"),
    Row("Previously, Zeta v1 was based on Llama 2.", of="z/Zeta-9B"),
    Row("The embeddings model we recommend for RAG is based on BAAI/bge-m3.", of="z/Zeta-9B"),
    Row("License: based on the Llama 3.1 Community License.", of="z/Zeta-9B"),
    Row("Answers are generated by the model in JSON; see schema v2.", of="z/Zeta-9B"),
    Row("Images were generated with SDXL 1.0 for the gallery.", of="z/Zeta-9B"),
    Row("Our approach is inspired by and based on DeepSeek-R1's recipe.", of="z/Zeta-9B"),
    Row("Trained with GRPO as in DeepSeek-R1 from the DeepSeek team.", of="z/Zeta-9B"),
    Row("Safety tests used prompts generated by GPT-4.", of="z/Zeta-9B"),
    Row("Human annotators, not outputs from GPT-4, were used for training.", of="z/Zeta-9B"),
    Row("No synthetic data from GPT-4 was used.", of="z/Zeta-9B"),
    Row("The code snippet above was generated by Qwen2.5-Coder.", of="z/Zeta-9B"),
    Row(
        "This repository holds the weights of Orca-Mini, obtained by instruction tuning "
        "[OpenLLaMA-7B](https://huggingface.co/openlm-research/open_llama_7b).",
        (),
        of="o/orca-mini",
    ),
    Row(
        "Falcon-Arabic is built on Falcon 3-7B, with an extended tokenizer.",
        ("~Falcon 3-7B",),
        of="tiiuae/Falcon-Arabic",
    ),
    Row(
        "EuroBERT-chat is a post-trained version of `EuroBERT/EuroBERT-2.1B`.",
        ("EuroBERT/EuroBERT-2.1B",),
        of="e/EuroBERT-chat",
    ),
    Row("It is built upon Nous Research's Hermes 3 8B.", ("~Hermes 3 8B",), of="n/X"),
    Row(
        "This is the 8-bit GPTQ version of [Yi-34B-Chat](https://huggingface.co/01-ai/Yi-34B-Chat).",
        ("01-ai/Yi-34B-Chat",),
        of="q/yi",
    ),
    Row("This model takes google/byt5-small as its backbone.", ("google/byt5-small",), of="m/byt"),
    Row(
        "Latxa is a family based on the Llama 2 models, adapted to Basque.", ("~Llama 2 models",), of="HiTZ/latxa-7b-v1"
    ),
    Row(
        "The following models were merged:\n- [a/One-7B](https://huggingface.co/a/One-7B)\n- "
        "[b/Two-7B](https://huggingface.co/b/Two-7B)",
        ("a/One-7B", "b/Two-7B"),
        of="m/three",
    ),
    Row("Adapter for `meta-llama/Llama-3.2-1B`, rank 16.", ("meta-llama/Llama-3.2-1B",), of="m/lora"),
    Row("Text encoder: `openai/clip-vit-large-patch14`", component=("openai/clip-vit-large-patch14",), of="m/img"),
    Row(
        "The speech encoder is initialised from facebook/w2v-bert-2.0.",
        component=("facebook/w2v-bert-2.0",),
        of="m/asr",
    ),
    Row("The model learned from 1M reasoning traces from DeepSeek-R1-0528.", teacher=(), of="m/r"),
    Row("Distilled using `openai/gpt-oss-120b` as a teacher.", teacher=("openai/gpt-oss-120b",), of="m/r"),
    Row("Teacher: Qwen/Qwen3-235B-A22B-Thinking-2507", teacher=("Qwen/Qwen3-235B-A22B-Thinking-2507",), of="m/r"),
    Row("- **Base Model:** None (trained from scratch)", scratch=True, of="m/own"),
    Row("We train a 3B model from scratch.", of="m/own-3b"),
    Row("The 3B model was trained from scratch with a Llama-like architecture.", scratch=True, of="m/own-3b"),
    Row("Continued pre-training from our 2T checkpoint.", of="m/own-3b"),
    Row("Compatible with LoRA adapters for Llama-3.", of="m/own-3b"),
    Row("This tokenizer is a fork of the GPT-2 tokenizer.", of="m/own-3b"),
    Row("Benchmarks are taken from the Qwen3 report.", of="m/own-3b"),
    Row("It works with pipelines built for Qwen/Qwen2.5-7B-Instruct.", of="m/own-3b"),
    Row("Migrating from meta-llama/Llama-2-7b-hf is simple.", of="m/own-3b"),
    Row("Weights are released under the terms derived from the Llama 2 license.", of="m/own-3b"),
    Row("Its vocabulary was derived from cl100k_base.", of="m/own-3b"),
    Row("GGUF files for llama.cpp can be made from this repo.", of="m/own-3b"),
    Row("For GGUF see bartowski/own-3b-GGUF.", of="m/own-3b"),
    Row("Data was deduplicated with a tool based on datasketch/minhash-1.", of="m/own-3b"),
    Row("Toxicity filtering is based on unitary/toxic-bert.", of="m/own-3b"),
    Row("Rewritten using prompts; then scored by Qwen/Qwen2.5-Math-RM-72B.", of="m/own-3b"),
    Row("The chat template is adopted from Qwen/Qwen2.5-7B-Instruct.", of="m/own-3b"),
    Row("As teacher forcing is used, exposure bias remains.", of="m/own-3b"),
    Row("We evaluate distilled models such as deepseek-ai/DeepSeek-R1-Distill-Qwen-7B.", of="m/own-3b"),
    Row("Our results suggest fine-tuning from Llama-3.1-8B is not needed.", of="m/own-3b"),
    Row("Contact: based on Discord, join us!", of="m/own-3b"),
    Row("Model date: 2024/05, version 1/2.", of="m/own-3b"),
    Row("This model card is based on the Hugging Face template.", of="m/own-3b"),
    Row("The table shows models built on Gemma 2 by other groups.", of="m/own-3b"),
    Row("Similar in size to microsoft/phi-2 and trained from our own corpus.", of="m/own-3b"),
    Row("Trained on Wikipedia, ArXiv and StackExchange, based on RedPajama-1T.", of="m/own-3b"),
    Row("An assistant built on top of this model powers acme/chat-demo-1.", of="m/own-3b"),
]

MISSED = [
    Row("ControlNet conditioned on depth, trained from runwayml/stable-diffusion-v1-5."),
    Row("All answers in the SFT set were sampled from Qwen/QwQ-32B."),
    Row("We continued pretraining Mistral-7B on Basque text."),
    Row("Merged with mergekit from a/One-7B and b/Two-7B."),
    Row("We built Widget upon meta-llama/Llama-3.1-8B and tuned it for law."),
]
"""Sentences that say where the model comes from, and are not understood."""

QUESTIONED = [
    Row("Rumours that Widget-7B is based on Qwen/Qwen2.5-7B are false."),
    Row("It is false that Widget-7B is based on Qwen/Qwen2.5-7B."),
    Row("Contrary to reports, Widget-7B is based on Qwen/Qwen2.5-7B weights."),
    Row("Some allege that this model is fine-tuned from Qwen/Qwen2.5-7B."),
    Row("Nothing here is based on Qwen/Qwen2.5-7B."),
    Row("Is Widget-7B based on Qwen/Qwen2.5-7B? No."),
    Row("The next release is based on Qwen/Qwen3-8B."),
    Row("Models that are based on Qwen/Qwen2.5-7B are excluded."),
    Row("In contrast to models distilled from deepseek-ai/DeepSeek-R1, ours is clean."),
    Row("Trained from Jan 2024 to Mar 2024."),
    Row("Fine-tuned from the experience of Llama 3."),
    Row("This repository is based on the Llama 3 cookbook."),
]
"""What is denied, asked, announced, or no model: nothing is claimed."""

NOT_FROM_SCRATCH = [
    Row("The base model was trained from scratch."),
    Row("Base model trained from scratch by Gadget Labs."),
    Row("The original model was trained from scratch."),
    Row("The underlying language model was pretrained from scratch."),
    Row("The foundation model was trained from scratch."),
    Row("Our ablation model was trained from scratch."),
    Row("The first model was trained from scratch; the second, Widget-7B, was fine-tuned."),
    Row("The vision model was trained from scratch."),
    Row("It is a fine-tune of a base model trained from scratch."),
    Row("The LLM was trained from scratch by Gadget Labs."),
    Row("It is a myth that this model was trained from scratch."),
    Row("A model trained from scratch would cost millions."),
    Row("Is this model trained from scratch?"),
    Row("Trained from scratch? No"),
    Row("Trained from scratch: no"),
    Row("- Trained from scratch: ❌"),
    Row("| Trained from scratch | No |"),
    Row("trained from scratch = false"),
    Row("Trained from scratch (no)."),
]
"""Somebody else's beginning, a question, a denial: where the weights begin stays open."""

FROM_SCRATCH = [
    Row("Widget-7B is a base model trained from scratch.", scratch=True),
    Row("This is a foundation model trained from scratch on Finnish text.", scratch=True),
    Row("The model was trained from scratch by Acme Research.", scratch=True),
    Row("The language model was trained from scratch and is released in full.", scratch=True),
    Row("| Trained from scratch | Yes |", scratch=True),
]

ROWS = [*POSITIVE, *TEACHER, *COMPONENT, *SCRATCH, *TRAPS, *LATER, *QUESTIONED, *NOT_FROM_SCRATCH, *FROM_SCRATCH]
