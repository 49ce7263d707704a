import { pipeline, env } from '@huggingface/transformers';
import type { Tensor } from '@huggingface/transformers';
import { format } from 'date-fns/format';

const TASK = 'feature-extraction';
const MODEL = 'Xenova/bge-small-en-v1.5';
env.localModelPath = 'public/models';

export const extractor = await pipeline(TASK, MODEL, { dtype: 'q8' });
export const classifier = await pipeline('text-classification', 'Xenova/distilbert-base-uncased-finetuned-sst-2-english');
export const generator = await pipeline("text-generation", "onnx-community/Qwen2.5-0.5B-Instruct", {
  revision: "v2",
});

export async function load(name: string) {
  return pipeline('feature-extraction', name);
}

export async function sized(size: string) {
  return pipeline('automatic-speech-recognition', `Xenova/whisper-${size}`);
}
