import { HuggingFaceInference } from '@langchain/community/llms/hf';
import { HuggingFaceTransformersEmbeddings } from '@langchain/community/embeddings/huggingface_transformers';
import { ChatOllama } from '@langchain/ollama';

export const llm = new HuggingFaceInference({ model: 'google/flan-t5-xxl', maxRetries: 2 });
export const embeddings = new HuggingFaceTransformersEmbeddings({ model: 'Xenova/multilingual-e5-small' });
export const chat = new ChatOllama({ model: 'mistral-nemo' });
