import { HfInference, InferenceClient } from '@huggingface/inference';
import { downloadFile, listFiles } from '@huggingface/hub';
import { gguf } from '@huggingface/gguf';

const hf = new InferenceClient(import.meta.env.VITE_TOKEN);

export const answer = (content: string) =>
  hf.chatCompletion({
    model: 'microsoft/Phi-3.5-MoE-instruct',
    messages: [{ role: 'user', content }],
  });

export const summary = (inputs: string) => hf.summarization({ model: 'sshleifer/distilbart-cnn-12-6', inputs });
export const card = () => downloadFile({ repo: 'google/paligemma-3b-pt-224', path: 'README.md' });
export const rows = () => listFiles({ repo: { type: 'dataset', name: 'mozilla-foundation/common_voice_17_0' } });
export const meta = () => gguf('https://huggingface.co/TheBloke/Llama-2-7B-GGUF/resolve/191239b/llama-2-7b.Q2_K.gguf');
export const chosen = (model: string, inputs: string) => hf.translation({ model: `${model}`, inputs });

export async function post(body: unknown) {
  return fetch('/api/chat', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}
