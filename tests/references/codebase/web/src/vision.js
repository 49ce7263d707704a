import { AutoProcessor, CLIPVisionModelWithProjection, AutoTokenizer } from '@xenova/transformers';

const model_id = "Xenova/clip-vit-base-patch16";
const processor = await AutoProcessor.from_pretrained(model_id);
const vision = await CLIPVisionModelWithProjection.from_pretrained(model_id);
const tokenizer = await AutoTokenizer.from_pretrained('Xenova/bert-base-multilingual-cased');
// const old = await AutoTokenizer.from_pretrained('Xenova/bert-base-cased');
export const other = await AutoTokenizer.from_pretrained(process.env.TOKENIZER);
