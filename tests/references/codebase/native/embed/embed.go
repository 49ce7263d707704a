package embed

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/knights-analytics/hugot"
	"github.com/mistralai/client-go"
)

const defaultModel = "KnightsAnalytics/all-MiniLM-L6-v2"

// Fetch downloads the sentiment model.
func Fetch(ctx context.Context, dir string) (string, error) {
	return hugot.DownloadModel(ctx, "KnightsAnalytics/distilbert-base-uncased-finetuned-sst-2-english", dir, hugot.NewDownloadOptions())
}

// Handler answers health checks.
func Handler(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	_ = json.NewEncoder(w).Encode(map[string]string{"reranker": "BAAI/bge-reranker-large", "kind": "type.googleapis.com/google.protobuf.Any"})
}
