import gradio as gr

demo = gr.load("models/google/vit-base-patch16-224")
other = gr.load("facebook/bart-large-cnn", src="models")
space = gr.load("spaces/abidlabs/en2fr")
second = gr.load("gradio/hello_world", src="spaces")
gr.Markdown("See the [demo](https://huggingface.co/spaces/HuggingFaceH4/open_llm_leaderboard) and/or the docs.")
gr.Image(value="assets/logo.png", type="pil")
gr.HTML('<img src="static/logo" width="32">')
demo.launch()
