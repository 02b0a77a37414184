# Sourced: what the hollow kubelets leave in /tmp, which others there are not.

# static_pod_folders LOG...: where those kubelets look for manifests, each in a folder of its own, by their logs.
static_pod_folders() {
  sed -n 's|.*Adding pod path: \(/tmp/hollow-kubelet\.[0-9]*/[^/ ]*\)$|\1|p' "$@" 2>/dev/null | sort -u
}
remove_kubelet_folders() { static_pod_folders "$@" | xargs -r dirname | xargs -r rm -rf; } # LOG...
