package com.acme.search;

import ai.djl.repository.zoo.Criteria;
import dev.langchain4j.model.huggingface.HuggingFaceChatModel;

public final class Embedder {
    private static final String MODEL = "intfloat/e5-small-v2";
    private static final String BUNDLE = "messages/errors";
    private static final String MIME = "application/pdf";

    public Criteria<String, float[]> criteria() {
        return Criteria.builder()
                .setTypes(String.class, float[].class)
                .optModelUrls("djl://ai.djl.huggingface.pytorch/sentence-transformers/distiluse-base-multilingual-cased-v2")
                .optEngine("PyTorch")
                .build();
    }

    public HuggingFaceChatModel chat(String token) {
        return HuggingFaceChatModel.builder()
                .accessToken(token)
                .modelId("tiiuae/falcon-180B-chat")
                .build();
    }

    public java.net.URL resource() {
        return Embedder.class.getResource("templates/llama-prompt.txt");
    }
}
