"""Sentences as model cards write them of licences, and what each must yield.

A wanted statement is ``object: id``, ids joined by ``+``, or ``object: kind`` for what is ruled out or agreed to. The
card is that of ``SELF``. Rows in ``MISSED`` say something and are not understood: they must yield nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

SELF = "acme/Widget-7B"


@dataclass(frozen=True)
class Row:
    text: str
    wanted: tuple[str, ...] = ()


def says(text: str, *wanted: str) -> Row:
    return Row(text, wanted)


POSITIVE = [
    # A sentence.
    says("This model is released under the Apache 2.0 license.", "weights: apache-2.0"),
    says("Widget-7B is licensed under the MIT License.", "weights: mit"),
    says("The model weights are distributed under CC BY-NC 4.0.", "weights: cc-by-nc-4.0"),
    says("Licensed under Apache-2.0.", "unspecified: apache-2.0"),
    says("Released under the terms of the GNU General Public License v3.0.", "unspecified: gpl-3.0"),
    says("We release the model under the Apache License, Version 2.0.", "weights: apache-2.0"),
    says("The checkpoints are made available under CC-BY-SA-4.0.", "weights: cc-by-sa-4.0"),
    says("It is published under the BSD 3-Clause License.", "unspecified: bsd-3-clause"),
    says(
        "All weights are shared under [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/).", "weights: cc-by-4.0"
    ),
    says("This adapter is provided under the Llama 3.1 Community License.", "weights: llama3.1"),
    says("This LoRA is licensed under the Llama 3.2 Community License Agreement.", "weights: llama3.2"),
    says("Use of this model is governed by the NVIDIA Open Model License.", "weights: nvidia-open-model"),
    says(
        "TERMS: Use of this model is governed by the NVIDIA Open Model License Agreement.", "weights: nvidia-open-model"
    ),
    says("This model is subject to the Gemma Terms of Use.", "weights: gemma"),
    says("The model is covered by the CreativeML OpenRAIL-M license.", "weights: creativeml-openrail-m"),
    says(
        "The weights are available under the [Llama 3.3 license](https://www.llama.com/llama3_3/license/).",
        "weights: llama3.3",
    ),
    says("This model inherits the Llama 2 license.", "weights: llama2"),
    says("The model uses the Qwen Research License.", "weights: qwen-research"),
    says("The model follows the MIT license.", "weights: mit"),
    says("The licence is Apache 2.0.", "unspecified: apache-2.0"),
    says("The license for this model is CC BY-NC-SA 4.0.", "weights: cc-by-nc-sa-4.0"),
    says("Widget is open-sourced under Apache 2.0.", "weights: apache-2.0"),
    says("This repository is licensed under the MIT License.", "unspecified: mit"),
    says("This project is licensed under AGPL-3.0.", "unspecified: agpl-3.0"),
    says("Please note that the model is released under CC-BY-NC-ND-4.0.", "weights: cc-by-nc-nd-4.0"),
    says("This is an Apache-2.0 licensed model.", "weights: apache-2.0"),
    says("An MIT-licensed model for German.", "weights: mit"),
    says(
        "The weights are licensed under the Creative Commons Attribution-NonCommercial 4.0 International License.",
        "weights: cc-by-nc-4.0",
    ),
    says("Released under a Creative Commons license.", "unspecified: cc"),
    says("The model is licensed under the BigCode OpenRAIL-M v1 license agreement.", "weights: bigcode-openrail-m"),
    says(
        "This model is released under the FAIR Noncommercial Research License.",
        "weights: fair-noncommercial-research-license",
    ),
    says("The model is released under the Mistral AI Research License.", "weights: mrl-0.1"),
    says("This model is licensed under the Stability AI Community License.", "weights: stability-community"),
    says("The merged model is released under llama3 license.", "weights: llama3"),
    says("The quantized model is released under the Meta Llama 3 Community License.", "weights: llama3"),
    says("The fine-tuned weights are released under GPLv3.", "weights: gpl-3.0"),
    says("This model is dedicated to the public under CC0."),
    says("The model is licensed under https://creativecommons.org/licenses/by-nc/4.0/.", "weights: cc-by-nc-4.0"),
    says(
        "This work is licensed under a [Creative Commons Attribution 4.0 International License](http://creativecommons.org/licenses/by/4.0/).",
        "unspecified: cc-by-4.0",
    ),
    # Labels.
    says("- **License:** Apache 2.0", "unspecified: apache-2.0"),
    says("**License**: MIT", "unspecified: mit"),
    says("License: [CC BY-NC 4.0](https://creativecommons.org/licenses/by-nc/4.0/)", "unspecified: cc-by-nc-4.0"),
    says("- License: `llama3.1`", "unspecified: llama3.1"),
    says("- **Model License:** Llama 3.1 Community License", "weights: llama3.1"),
    says("Licence: EUPL 1.2", "unspecified: eupl-1.2"),
    says("📜 License: Apache-2.0", "unspecified: apache-2.0"),
    says("| License | MIT |\n|---|---|\n| Size | 7B |", "unspecified: mit"),
    says("- **License(s):** CC-BY-4.0", "unspecified: cc-by-4.0"),
    says("Code license: MIT", "code: mit"),
    says("Weights license: CC BY-NC 4.0", "weights: cc-by-nc-4.0"),
    says("Dataset license: CC BY 4.0", "data: cc-by-4.0"),
    says("## License: MIT\n", "unspecified: mit"),
    # A section.
    says("## License\n\nApache 2.0", "unspecified: apache-2.0"),
    says("## License\n\n[MIT](LICENSE)", "unspecified: mit"),
    says("## Licence\n\nThe Apache License 2.0.", "unspecified: apache-2.0"),
    says("## License\n\nCC BY-NC 4.0 for the weights, MIT for the code.", "weights: cc-by-nc-4.0", "code: mit"),
    says("## License\n\n- Code: MIT\n- Model weights: Llama 3.1 Community License", "code: mit", "weights: llama3.1"),
    says(
        "## License\n\n* Weights: CC-BY-NC-4.0\n* Training data: CC-BY-4.0", "weights: cc-by-nc-4.0", "data: cc-by-4.0"
    ),
    says(
        "## License\n\nThis model is released under the [Gemma license](https://ai.google.dev/gemma/terms).",
        "weights: gemma",
    ),
    # Several things.
    says("The code is licensed under MIT and the weights under CC BY-NC 4.0.", "code: mit", "weights: cc-by-nc-4.0"),
    says("Weights are CC BY-NC 4.0, code is MIT.", "weights: cc-by-nc-4.0", "code: mit"),
    says(
        "The code is MIT licensed; the model weights are licensed under CC BY-NC-SA 4.0.",
        "code: mit",
        "weights: cc-by-nc-sa-4.0",
    ),
    says("This code repository and the model weights are licensed under the MIT License.", "code: mit", "weights: mit"),
    says(
        "This repository and the model weights are licensed under [the Apache License, Version 2.0](LICENSE).",
        "weights: apache-2.0",
    ),
    says(
        "Widget-7B is released under MIT for code and CC-BY-NC-4.0 for weights.", "code: mit", "weights: cc-by-nc-4.0"
    ),
    says("Released under Apache 2.0 (code) and CC BY 4.0 (weights).", "code: apache-2.0", "weights: cc-by-4.0"),
    says(
        "The source code is released under Apache 2.0 while the model is released under CC-BY-NC-4.0.",
        "code: apache-2.0",
        "weights: cc-by-nc-4.0",
    ),
    says("The model and the code are released under Apache 2.0.", "weights: apache-2.0", "code: apache-2.0"),
    says("The model is licensed under MIT or Apache-2.0.", "weights: mit+apache-2.0"),
    says("The dataset is released under CC BY 4.0.", "data: cc-by-4.0"),
    says("The code is available under the MIT license.", "code: mit"),
    says("## Training data\n\nLicensed under CC BY 4.0.", "data: cc-by-4.0"),
    # What is ruled out.
    says("This model is for research purposes only.", "weights: research-only"),
    says("For research use only.", "unspecified: research-only"),
    says("The model is intended for academic research only.", "weights: research-only"),
    says("The weights may only be used for research.", "weights: research-only"),
    says("This model is for non-commercial use only.", "weights: non-commercial"),
    says("Not for commercial use.", "unspecified: non-commercial"),
    says("This model may not be used for commercial purposes.", "weights: non-commercial"),
    says("The model is not intended for commercial use.", "weights: non-commercial"),
    says("Commercial use is prohibited.", "unspecified: non-commercial"),
    says("Commercial use of this model is not permitted.", "unspecified: non-commercial"),
    says("The dataset is for research purposes only.", "data: research-only"),
    says("The model is limited to non-commercial use.", "weights: non-commercial"),
    says(
        "The model is released for non-commercial research purposes only.",
        "weights: non-commercial",
        "weights: research-only",
    ),
    says(
        "This model is released under CC BY-NC 4.0, for non-commercial use only.",
        "weights: cc-by-nc-4.0",
        "weights: non-commercial",
    ),
    # Agreements.
    says(
        "By using this model, you agree to the Llama 3.1 Community License.",
        "weights: llama3.1",
        "unspecified: agreement",
    ),
    says("By downloading the weights you accept our terms of use.", "unspecified: agreement"),
    says("You must agree to the license before downloading the model.", "unspecified: agreement"),
    says(
        "By accessing this model you agree to be bound by the Gemma Terms of Use.",
        "weights: gemma",
        "unspecified: agreement",
    ),
    # Other languages.
    says("本模型采用 Apache 2.0 许可证。", "weights: apache-2.0"),
    says("许可证：MIT", "unspecified: mit"),
    says("ライセンス: Apache-2.0", "unspecified: apache-2.0"),
    says("仅供研究使用。", "unspecified: research-only"),
]

TRAPS = [
    # Other models.
    says("Llama 2 is licensed under the LLAMA 2 Community License."),
    says("The base model is licensed under Apache 2.0."),
    says("The base model's license is MIT."),
    says("Base model license: Llama 3.1 Community License"),
    says("Mistral 7B was released under Apache 2.0."),
    says("Unlike Gizmo, which is under Apache 2.0, this one is closed."),
    says("The teacher model is released under the MIT license."),
    says("Qwen2.5 models are released under Apache 2.0."),
    says("It was distilled from a model licensed under MIT."),
    says("Our tokenizer comes from Llama 3, which is under the Llama 3 Community License."),
    says("The original model is licensed under CC BY-NC 4.0."),
    says("The 72B model is released under the Qwen License."),
    says("We compare with Falcon, licensed under Apache 2.0."),
    says("The vision encoder is licensed under Apache 2.0."),
    says("The judge model is under the MIT license."),
    says("Other models of this family are under Apache 2.0."),
    says("Built on GPT-J, which is Apache 2.0 licensed."),
    says("## Base model\n\nReleased under the Apache 2.0 license."),
    says("## Original model card\n\n### License\n\nThis model is released under MIT."),
    says("## Acknowledgements\n\nThe code is licensed under MIT."),
    says("## Related models\n\n- License: MIT"),
    # Other things.
    says("The transformers library is licensed under Apache 2.0."),
    says("llama.cpp is released under the MIT license."),
    says("The paper is published under CC BY 4.0."),
    says("The benchmark is released under MIT."),
    says("Images are licensed under CC BY-SA 4.0."),
    says("Wikipedia text is available under CC BY-SA 3.0."),
    says("The font is under the SIL Open Font License 1.1."),
    says("The logo is licensed under CC BY-ND 4.0."),
    says("Part of the model weights are licensed under Apache 2.0."),
    # Denials, other times, questions.
    says("This model is not licensed under Apache 2.0."),
    says("This model is no longer under the MIT license."),
    says("The model was previously released under MIT."),
    says("Earlier versions of this model were released under CC BY 4.0."),
    says("The model will be released under Apache 2.0."),
    says("We plan to release the weights under MIT."),
    says("Is this model under the MIT license?"),
    says("If the model is released under GPL-3.0, so are derivatives."),
    says("We never released the model under MIT."),
    says("Until March the model was under CC BY-NC 4.0."),
    says("The next version may be released under Apache 2.0."),
    # Not that licence.
    says("This model is released under a Modified MIT License."),
    says("Released under an MIT-style license."),
    says("The model is under a custom license based on Apache 2.0."),
    says("Licensed under Apache 2.0 with additional restrictions."),
    says("The license is similar to MIT."),
    says("The model has an Apache-like license."),
    says("Released under MIT plus some conditions."),
    says("The terms are compatible with Apache 2.0."),
    # Templates, places, pointers.
    says("- **License:** [More Information Needed]"),
    says("- **License:** {license}"),
    says("**License:** <!-- MIT -->"),
    says("License: see the LICENSE file"),
    says("License: other"),
    says("## License\n\nSee [LICENSE](LICENSE) for details."),
    says("- **Developed by:** researchers at MIT"),
    says("This model was trained at MIT under a grant."),
    says("The model is a Gemma finetune."),
    says("It is a Llama 3.1 model with a longer context."),
    says("Widget uses Qwen as its base."),
    says("The model runs under Windows and Linux."),
    says("```\nLicense: MIT\n```"),
    says("<!-- This model is released under MIT. -->"),
    says("Training on Apache clusters took three days."),
    says("All data under CC BY 4.0 was kept, everything else removed."),
    says("We filtered repositories licensed under MIT."),
    says("Only code under permissive licenses such as MIT was used for training."),
    # Uses that are not ruled out.
    says("This model is free for commercial and research use."),
    says("The model can be used for commercial purposes."),
    says("Commercial use is allowed."),
    says("The model is intended for research."),
    says("Not only for research purposes, but also for products."),
    says("Unlike Gizmo, which is for non-commercial use only, this may be sold."),
    says("The base model is for research purposes only."),
    says("Is commercial use prohibited?"),
    says("The model is not limited to non-commercial use."),
    says("LLaMA weights are for research use only."),
    says("By using attention sinks, users agree with earlier results less often."),
    says("There is no restriction on commercial use."),
]

ROWS = POSITIVE + TRAPS
