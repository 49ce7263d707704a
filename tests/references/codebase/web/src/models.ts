import merge from 'lodash/merge';

export const MODELS = {
  small: 'Xenova/whisper-base',
  large: 'Xenova/whisper-large-v3',
};
export const translator = process.env.TRANSLATOR ?? 'Xenova/nllb-200-distilled-600M';
export const defaults = merge({}, { chunk: 'audio/webm', theme: 'dark/blue' });

export function speak(text: string, model = 'Xenova/speecht5_tts') {
  return pipeline('text-to-speech', model);
}
