use hf_hub::{api::sync::Api, Repo, RepoType};
use tokenizers::Tokenizer;

const DEFAULT_MODEL: &str = "sentence-transformers/all-MiniLM-L12-v2";
const CONTENT_TYPE: &str = "application/octet-stream";

fn main() -> anyhow::Result<()> {
    let api = Api::new()?;
    let marian = api.repo(Repo::with_revision(
        "Helsinki-NLP/opus-mt-fr-en".to_string(),
        RepoType::Model,
        "refs/pr/4".to_string(),
    ));
    let bert = api.model("google-bert/bert-base-multilingual-cased".to_string());
    let rows = api.dataset("ylecun/mnist".to_string());
    let tokenizer = Tokenizer::from_pretrained("google-bert/bert-large-cased", None).unwrap();
    let name = std::env::args().nth(1).unwrap_or_else(|| DEFAULT_MODEL.to_string());
    let chosen = api.model(name);
    let text = include_str!("prompts/system.txt");
    println!("{} {}", "rows/second", text.len());
    Ok(())
}
