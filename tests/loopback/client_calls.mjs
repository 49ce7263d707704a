// Every call of @huggingface/hub that reads: results as one JSON object on stdout. HF_ENDPOINT says which hub.
// node client_calls.mjs world | recorded MODEL...
import * as hub from "@huggingface/hub";

const hubUrl = process.env.HF_ENDPOINT;
const repo = "forge/root-1b";
const all = async (iterator) => {
  const found = [];
  for await (const item of iterator) found.push(item);
  return found;
};
const told = async (call) => {
  try {
    await call();
    return "ok";
  } catch (error) {
    return error.statusCode ?? error.name;
  }
};
const bytes = async (path, options = {}) =>
  (await (await hub.downloadFile({ repo, path, hubUrl, ...options })).arrayBuffer()).byteLength;

async function world() {
  const crowd = await all(hub.listModels({ search: { owner: "crowd" }, hubUrl, additionalFields: ["sha", "tags"] }));
  const info = await hub.modelInfo({ name: repo, hubUrl, additionalFields: ["sha", "cardData", "safetensors"] });
  const files = await all(hub.listFiles({ repo, hubUrl, recursive: true, expand: true }));
  const commits = await all(hub.listCommits({ repo, hubUrl, batchSize: 2 }));
  const parsed = await hub.parseSafetensorsMetadata({ repo, hubUrl, computeParametersCount: true });
  const sharded = await hub.parseSafetensorsMetadata({
    repo: "files/safetensors-shards",
    hubUrl,
    computeParametersCount: true,
  });
  const pointed = await hub.fileDownloadInfo({ repo, path: "model.safetensors", hubUrl });

  return {
    crowd: [crowd.length, new Set(crowd.map((model) => model.id)).size],
    info: [info.sha, info.cardData.license, info.safetensors.total],
    files: files.map((file) => [file.path, file.lfs?.oid ?? null, file.lastCommit.title]),
    many: (await all(hub.listFiles({ repo: "files/many", hubUrl, recursive: true }))).length,
    sizes: [await bytes("config.json"), await bytes("model.safetensors"), await bytes("README.md", { revision: "v1" })],
    pointer: await (await hub.downloadFile({ repo, path: "model.safetensors", raw: true, hubUrl })).text(),
    missing: await hub.downloadFile({ repo, path: "nope", hubUrl }),
    pointed: [pointed.size, pointed.etag],
    commits: commits.map((commit) => commit.title),
    paths: (await hub.pathsInfo({ repo, paths: ["README.md", "nope"], expand: true, hubUrl })).map((p) => p.path),
    parameters: parsed.parameterCount,
    shards: sharded.parameterCount,
    whoami: (await hub.whoAmI({ accessToken: "hf_good_granted", hubUrl })).name,
    renamed: (await hub.modelInfo({ name: "drift/before", hubUrl })).name,
    errors: [
      await told(() => hub.checkRepoAccess({ repo: "forge/never", hubUrl })),
      await told(() => hub.checkRepoAccess({ repo: "forge/never", hubUrl, accessToken: "hf_good_granted" })),
      await told(() => hub.downloadFile({ repo: "vault/gated-1b", path: "config.json", hubUrl })),
      await told(() => hub.downloadFile({ repo: "vault/disabled-1b", path: "config.json", hubUrl })),
    ],
  };
}

async function recorded(names) {
  const bert = { repo: "google-bert/bert-base-uncased", hubUrl };
  const revision = "dd4bc8b21efa05ec961e3efc4ee5e3832a3679c7";
  const models = [];
  for (const name of names) models.push((await hub.modelInfo({ name, hubUrl })).name);
  return {
    models,
    list: (await all(hub.listModels({ hubUrl }))).map((model) => model.name),
    tree: (await all(hub.listFiles({ ...bert, revision }))).map((file) => file.path),
    expanded: (await all(hub.listFiles({ ...bert, revision: "expanded", expand: true }))).map((file) => file.path),
  };
}

const [part, ...names] = process.argv.slice(2);
console.log(JSON.stringify(await { world, recorded }[part](names)));
