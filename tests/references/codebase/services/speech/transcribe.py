import whisper
from faster_whisper import WhisperModel
from pyannote.audio import Pipeline
from speechbrain.inference.speaker import EncoderClassifier

diarise = Pipeline.from_pretrained("pyannote/speaker-diarization-3.1")
pinned = Pipeline.from_pretrained("pyannote/voice-activity-detection@2022.07")
speaker = EncoderClassifier.from_hparams(source="speechbrain/spkrec-ecapa-voxceleb", savedir="tmp/spkrec")
fast = WhisperModel("Systran/faster-whisper-large-v3", device="cuda", compute_type="float16")
named = whisper.load_model("turbo")
