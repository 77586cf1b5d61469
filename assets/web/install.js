// The page as an application: installable, and with a word to say where no gateway answers. Browsers allow it over HTTPS only.
export function install(scope = "/floor") {
  navigator.serviceWorker?.register("/worker.js", { scope, updateViaCache: "none" }).catch(() => {
    // Everything but that page works without it.
  });
}
