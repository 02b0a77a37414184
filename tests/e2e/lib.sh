# Sourced by run: speaks with the API server, starts trackers, compares inventories.

api_url=https://127.0.0.1:${API_PORT:-16443}

# api METHOD PATH [BODY]: what the server says, with the rights of an admin. BODY is @FILE or JSON; CONTENT_TYPE if it is neither.
api() {
  local method=$1 path=$2 type=${CONTENT_TYPE:-application/json}
  [[ $method == PATCH ]] && type=application/merge-patch+json
  curl -sS --fail-with-body --cacert "$work/cp/pki/apiserver.crt" -H 'Authorization: Bearer admin-token' \
    -H "Content-Type: $type" -X "$method" ${3:+--data-binary "$3"} "$api_url$path"
}

# quiet_api ...: api, without what it says.
quiet_api() { api "$@" >"$work/answer" || { cat "$work/answer" >&2; return 1; }; }

# until_true SECONDS COMMAND...: repeats it until it succeeds. On a machine that is slow or busy it takes more: PATIENCE
# times as long before it gives up.
until_true() {
  local end=$((SECONDS + $1 * ${PATIENCE:-3}))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.3
  done
}

# create_from FILE: the objects in it, as `kubectl create -f` does.
create_from() {
  local document path
  csplit -sz -f "$work/document." "$1" '/^---$/' '{*}'
  for document in "$work"/document.*; do
    case $(sed -n 's/^kind: //p' "$document") in
    ServiceAccount) path=/api/v1/namespaces/$(sed -n 's/^  namespace: //p' "$document")/serviceaccounts ;;
    ClusterRole) path=/apis/rbac.authorization.k8s.io/v1/clusterroles ;;
    ClusterRoleBinding) path=/apis/rbac.authorization.k8s.io/v1/clusterrolebindings ;;
    *) echo "$document is of no kind that is known here" >&2; return 1 ;;
    esac
    sed -i '/^---$/d' "$document"
    CONTENT_TYPE=application/yaml quiet_api POST "$path" "@$document" || return 1
  done
}

make_namespace() {
  quiet_api POST /api/v1/namespaces "{\"metadata\":{\"name\":\"$1\"}}"
}

# workload KIND NAMESPACE NAME REPLICAS IMAGE: a Deployment or a StatefulSet with a sidecar.
workload() {
  local plural=deployments
  [[ $1 == StatefulSet ]] && plural=statefulsets
  quiet_api POST "/apis/apps/v1/namespaces/$2/$plural" "{\"metadata\":{\"name\":\"$3\"},\"spec\":{\"replicas\":$4,
    \"serviceName\":\"$3\",\"selector\":{\"matchLabels\":{\"app\":\"$3\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"$3\"}},
    \"spec\":{\"terminationGracePeriodSeconds\":1,\"containers\":[{\"name\":\"main\",\"image\":\"$5\"},{\"name\":\"proxy\",\"image\":\"proxy:1\"}]}}}}"
}

# running_pods NAMESPACE APP: how many pods run.
running_pods() {
  api GET "/api/v1/namespaces/$1/pods?labelSelector=app%3D$2&fieldSelector=status.phase%3DRunning" |
    grep -c '"podIP":' || true
}
has_running() { [[ $(running_pods "$1" "$2") == "$3" ]]; }
wait_running() { until_true 90 has_running "$@"; }

is_not_there() { [[ $(api GET "$1" 2>/dev/null) == *'"code": 404'* ]]; } # PATH

# pods_on NODE: the paths of those that are not the kubelet's own.
pods_on() {
  api GET "/api/v1/pods?fieldSelector=spec.nodeName%3D$1" |
    jq -r '.items[].metadata | select(.annotations["kubernetes.io/config.mirror"] == null) | "/api/v1/namespaces/\(.namespace)/pods/\(.name)"'
}

# tracker_config NAME [USER-YAML]: a kubeconfig for a tracker.
tracker_config() {
  cat >"$work/$1.config" <<CONFIG
current-context: e2e
contexts: [{name: e2e, context: {cluster: e2e, user: me}}]
clusters: [{name: e2e, cluster: {server: "$api_url", certificate-authority: "$work/cp/pki/apiserver.crt"}}]
users: [{name: me, user: ${2:-{token: tracker-token\}}}]
CONFIG
}

# start_tracker NAME [OPTION...]: in the background; its journal is $work/NAME.
start_tracker() {
  local name=$1
  shift
  [[ -f $work/$name.config ]] || tracker_config "$name"
  "$bin/tallyman" watch --data "$work/$name" --kubeconfig "$work/$name.config" --snapshot-every 100 "$@" \
    >>"$work/$name.out" 2>>"$work/$name.err" &
  echo $! >"$work/$name.pid"
}
is_gone() { ! kill -0 "$1" 2>/dev/null; }
stop_tracker() { # NAME [SIGNAL]
  local pid
  pid=$(cat "$work/$1.pid")
  kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  # Whoever started it may be another shell than this one.
  until_true 20 is_gone "$pid" || echo "the tracker $1 does not end" >&2
  rm -f "$work/$1.pid"
}

inventory_of_cluster() {
  local each
  for each in api/v1/pods api/v1/nodes apis/apps/v1/replicasets apis/batch/v1/jobs; do
    api GET "/$each" >"$work/$(basename "$each").json" || return 1
  done
  "$bin/inventory_lines" cluster "$work"/{pods,nodes,replicasets,jobs}.json
}
inventory_of() {
  "$bin/tallyman" images --data "$work/$1" -o json >"$work/$1.images" 2>/dev/null &&
    "$bin/inventory_lines" tally "$work/$1.images"
}
same_inventory() { # NAME
  inventory_of_cluster >"$work/expected" && inventory_of "$1" >"$work/found" && cmp -s "$work/expected" "$work/found"
}

# check NAME: the tracker's inventory becomes that of the cluster's own lists, and its journal is sound and replays to
# the digest that the snapshots lead to.
check() {
  if ! until_true 30 same_inventory "$1"; then
    echo "the inventory of $1 is not that of the cluster (< expected, > found):" >&2
    diff "$work/expected" "$work/found" | head -20 >&2
    return 1
  fi
  [[ -s $work/expected ]] || { echo "nothing runs in the cluster, so nothing was compared" >&2; return 1; }
  "$bin/tallyman" journal verify "$work/$1" >/dev/null || return 1
  local sequence
  sequence=$("$bin/tallyman" digest --data "$work/$1" | sed 's/.* //') && check_replay "$1" --at "$sequence"
}
check_replay() { # NAME [OPTION...]: of a tracker that is stopped, or --at a sequence
  local data=$work/$1 fast slow
  shift
  fast=$("$bin/tallyman" digest --data "$data" --times "$@") &&
    slow=$("$bin/tallyman" digest --data "$data" --times --ignore-snapshots "$@") || return 1
  [[ $fast == "$slow" ]] || { echo "snapshots and replay differ: $fast, $slow" >&2; return 1; }
}

# owners_are NAME NAMESPACE KIND: whoever owns something in that namespace is of that kind; owns NAME KIND/NAMESPACE/NAME: that
# one owns something.
owners_are() {
  inventory_of "$1" | awk '{print $2}' | grep "^[^/]*/$2/" | grep -v "^$3/" >&2 && { echo "not all of these are $3s" >&2; return 1; }
  owns "$1" "$3/$2/"
}
# (Nowhere here is grep -q behind a pipe: it closes it, and then whoever writes to it fails.)
owns() { inventory_of "$1" | grep -F " $2" >/dev/null || { echo "nothing is owned by $2" >&2; return 1; }; }

kinds=(cronjobs daemonsets deployments jobs nodes pods replicasets replicationcontrollers statefulsets)

# watches [ADD]: how many watches of each kind in the whole cluster the API server holds open, whoever's, and ADD to each.
watches() {
  api GET /metrics | sed -n 's/^apiserver_longrunning_gauge{.*resource="\([a-z]*\)",scope="cluster",.*verb="WATCH".*} \([0-9]*\)$/\1 \2/p' |
    awk -v add="${1:-0}" -v kinds="${kinds[*]}" 'BEGIN {split(kinds, all); for (i in all) n[all[i]] = 0}
      $1 in n {n[$1] += $2} END {for (kind in n) print kind, n[kind] + add}' | sort
}
watches_are() { [[ $(watches) == "$1" ]]; } # TEXT

# list_lines [LINE]: what the API server's own log says of the trackers' lists, behind its line LINE; killing the API server
# may leave half a line. (A watch is in it only once it has ended.)
list_lines() { tail -n "+$((${1:-0} + 1))" "$work/cp/log/audit.log" | grep '"stage":"ResponseComplete".*"verb":"list"' || true; }
lists() { list_lines | wc -l; }
# listed_since LINE: how often each kind was listed with success behind that line.
listed_since() {
  list_lines "$1" | grep '"code":200' | sed 's/.*"resource":"\([a-z]*\)".*/\1/' | sort | uniq -c | awk '{print $1, $2}'
}

# settled NAME: whether the tracker watches each kind from a position that the API server knows, by the tracker's last word
# on it. A position that is too old is refused as soon as the watch is open.
settled() { has_settled "$1" && sleep 2 && has_settled "$1"; }
has_settled() {
  local kind
  for kind in "${kinds[@]}"; do
    grep "^$kind: " "$work/$1.out" | tail -n 1 | grep -E ': (listed at|works again|going on from|asking for the watch anew)' >/dev/null || return 1
  done
}
said() { grep -qF -- "$2" "$work/$1"; } # FILE TEXT
