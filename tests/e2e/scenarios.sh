# Sourced by run: each function is a scenario, which fails if a command in it does.

# The tracker `main` runs through all of these.

scenario_rollouts() {
  make_namespace shop
  workload Deployment shop cart 4 cart:1
  workload StatefulSet shop redis 2 redis:7
  wait_running shop cart 4
  wait_running shop redis 2
  check main
  quiet_api PATCH /apis/apps/v1/namespaces/shop/deployments/cart \
    '{"spec":{"replicas":6,"template":{"spec":{"containers":[{"name":"main","image":"cart:2"}]}}}}'
  wait_running shop cart 6
  check main
  quiet_api PATCH /apis/apps/v1/namespaces/shop/deployments/cart \
    '{"spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"main","image":"cart:1"},{"name":"proxy","image":"proxy:1"}]}}}}'
  wait_running shop cart 3
  # Rolled back, not forward: the first template's ReplicaSet has the pods again, and there are but two.
  [[ $(api GET '/apis/apps/v1/namespaces/shop/replicasets?labelSelector=app%3Dcart' | jq '.items | length') == 2 ]] ||
    { echo "the rollback made a ReplicaSet of its own" >&2; return 1; }
  check main
}

scenario_cascade_delete() {
  make_namespace brief
  local how
  for how in Background Foreground; do
    workload Deployment brief web 3 web:1
    wait_running brief web 3
    check main
    quiet_api DELETE /apis/apps/v1/namespaces/brief/deployments/web "{\"propagationPolicy\":\"$how\"}"
    wait_running brief web 0
    until_true 30 is_not_there /apis/apps/v1/namespaces/brief/deployments/web
    check main
  done
}

# An orphaned ReplicaSet's pods keep the owner that was found, as they do whatever is deleted above them; a pod that is orphaned
# itself says so itself, and is its own owner.
scenario_orphans() {
  make_namespace orphans
  workload Deployment orphans web 2 web:2
  wait_running orphans web 2
  check main
  quiet_api DELETE /apis/apps/v1/namespaces/orphans/deployments/web '{"propagationPolicy":"Orphan"}'
  until_true 30 is_not_there /apis/apps/v1/namespaces/orphans/deployments/web
  owners_are main orphans Deployment
  local replica_set
  replica_set=/apis/apps/v1/namespaces/orphans/replicasets/$(api GET /apis/apps/v1/namespaces/orphans/replicasets | jq -r '.items[0].metadata.name')
  quiet_api DELETE "$replica_set" '{"propagationPolicy":"Orphan"}'
  until_true 30 is_not_there "$replica_set"
  check main
  owners_are main orphans Pod
  [[ $(running_pods orphans web) == 2 ]]
  quiet_api DELETE '/api/v1/namespaces/orphans/pods?gracePeriodSeconds=0'
  wait_running orphans web 0
  check main
}

scenario_jobs() {
  make_namespace batch
  quiet_api POST /apis/batch/v1/namespaces/batch/jobs '{"metadata":{"name":"report"},"spec":{"parallelism":2,
    "template":{"metadata":{"labels":{"app":"report"}},"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"report:1"}]}}}}'
  wait_running batch report 2
  check main
  # Its first run may be a minute away; scenario cron_jobs waits for it.
  make_cron_job
}

make_cron_job() {
  quiet_api POST /apis/batch/v1beta1/namespaces/batch/cronjobs '{"metadata":{"name":"sweep"},"spec":{"schedule":"* * * * *",
    "concurrencyPolicy":"Forbid","jobTemplate":{"spec":{"template":{"metadata":{"labels":{"app":"sweep"}},"spec":{"restartPolicy":"Never",
    "containers":[{"name":"main","image":"sweep:1"}]}}}}}}'
}

# By the controller manager's own CronJob controller: a CronJob makes a Job makes a pod.
scenario_cron_jobs() {
  [[ $(api GET /api/v1/namespaces/batch) ]] 2>/dev/null || make_namespace batch
  is_not_there /apis/batch/v1beta1/namespaces/batch/cronjobs/sweep && make_cron_job
  wait_running batch sweep 1
  check main
  owns main CronJob/batch/sweep
  quiet_api DELETE /apis/batch/v1beta1/namespaces/batch/cronjobs/sweep '{"propagationPolicy":"Background"}'
  wait_running batch sweep 0
  check main
}

# From a manifest in the kubelets' folders: what the API server shows of them are mirror pods, whose owner is the node.
scenario_static_pods() {
  local folder manifest='{"apiVersion":"v1","kind":"Pod","metadata":{"name":"static","namespace":"default","labels":{"app":"static"}},
    "spec":{"containers":[{"name":"main","image":"static:1"}]}}'
  local folders=()
  for folder in $(static_pod_folders "$work"/cp/log/hollow-*.log); do folders+=("$folder"); done
  [[ ${#folders[@]} == 3 ]] || { echo "${#folders[@]} folders for static pods instead of 3" >&2; return 1; }
  for folder in "${folders[@]}"; do echo "$manifest" >"$folder/static.json"; done
  wait_running default static 3
  [[ $(api GET '/api/v1/namespaces/default/pods?labelSelector=app%3Dstatic' |
    jq '[.items[].metadata.annotations | select(.["kubernetes.io/config.mirror"])] | length') == 3 ]]
  check main
  owners_are main default Pod
  rm "${folders[0]}/static.json"
  wait_running default static 2
  check main
  rm "${folders[1]}/static.json" "${folders[2]}/static.json"
  wait_running default static 0
  check main
}

# As `kubectl drain` does it: no new pods, and each of the old ones asked to go.
scenario_drain() {
  workload Deployment shop cache 6 cache:1
  wait_running shop cache 6
  check main
  quiet_api PATCH /api/v1/nodes/hollow-2 '{"spec":{"unschedulable":true}}'
  local pod evicted=0
  for pod in $(pods_on hollow-2); do
    quiet_api POST "$pod/eviction" "{\"kind\":\"Eviction\",\"apiVersion\":\"policy/v1beta1\",\"metadata\":{\"name\":\"${pod##*/}\",
      \"namespace\":\"$(cut -d/ -f5 <<<"$pod")\"}}"
    evicted=$((evicted + 1))
  done
  ((evicted > 0)) || { echo "there was nothing to evict" >&2; return 1; }
  node_is_empty() { [[ -z $(pods_on hollow-2) ]]; }
  until_true 60 node_is_empty
  wait_running shop cache 6
  check main
  quiet_api PATCH /api/v1/nodes/hollow-2 '{"spec":{"unschedulable":null}}'
  quiet_api DELETE /apis/apps/v1/namespaces/shop/deployments/cache '{"propagationPolicy":"Background"}'
  wait_running shop cache 0
  check main
}

scenario_node_deleted() {
  # Nothing can be scheduled there any more; then the node goes, and its pods after it.
  quiet_api PATCH /api/v1/nodes/hollow-3 '{"spec":{"unschedulable":true}}'
  kill "$(cat "$work/cp/pid/hollow-3")"
  quiet_api DELETE /api/v1/nodes/hollow-3
  local pod
  for pod in $(pods_on hollow-3); do
    quiet_api DELETE "$pod" '{"gracePeriodSeconds":0}' || true
  done
  wait_running shop cart 3
  check main
}

scenario_apiserver_restarted() {
  local told
  told=$(wc -l <"$work/main.out")
  all_work_again() { [[ $(tail -n "+$((told + 1))" "$work/main.out" | grep 'works again' | sort -u | wc -l) == 9 ]]; }
  kill -KILL "$(cat "$work/cp/pid/kube-apiserver")"
  sleep 1
  "$work/cp/start-apiserver"
  quiet_api PATCH /apis/apps/v1/namespaces/shop/deployments/cart '{"spec":{"replicas":5}}'
  wait_running shop cart 5
  check main
  until_true 90 all_work_again
}

scenario_restart_without_gap() {
  # Each kind must have a position that this API server knows: it has forgotten what was before its start.
  until_true 120 settled main
  check main
  stop_tracker main
  check_replay main
  local lists watches
  lists=$(lists)
  # Others' watches, for which there must be no change while this runs, as they come back after the server's restart.
  stable_watches() { watches=$(watches) && sleep 3 && watches_are "$watches"; }
  until_true 60 stable_watches
  watches=$(watches 1)
  start_tracker main
  quiet_api PATCH /apis/apps/v1/namespaces/shop/deployments/cart '{"spec":{"replicas":2}}'
  wait_running shop cart 2
  check main
  until_true 20 watches_are "$watches" || { echo "not one watch of each kind (< expected, > found):" >&2; diff <(echo "$watches") <(watches) >&2; return 1; }
  [[ $(lists) == "$lists" ]] || { echo "a restart listed something:" >&2; list_lines | tail -n "+$((lists + 1))" >&2; return 1; }
}

scenario_killed_and_behind() {
  stop_tracker main KILL
  local lists
  lists=$(lists)
  quiet_api DELETE /apis/apps/v1/namespaces/shop/statefulsets/redis '{"propagationPolicy":"Background"}'
  workload Deployment shop till 3 till:1
  wait_running shop redis 0
  wait_running shop till 3
  start_tracker main
  check main
  [[ $(lists) == "$lists" ]] || { echo "a restart after SIGKILL listed something, though nothing was compacted" >&2; return 1; }
}

scenario_compacted() {
  stop_tracker main KILL
  quiet_api DELETE /apis/apps/v1/namespaces/shop/deployments/till '{"propagationPolicy":"Background"}'
  wait_running shop till 0
  workload Deployment shop desk 2 desk:1
  wait_running shop desk 2
  local mark revision
  mark=$(wc -l <"$work/cp/log/audit.log")
  revision=$(api GET '/api/v1/pods?limit=1' | sed -n '0,/"resourceVersion"/s/.*"resourceVersion": "\([0-9]*\)".*/\1/p')
  curl -sS --fail -d "{\"revision\":\"$revision\",\"physical\":true}" "http://127.0.0.1:${ETCD_PORT:-12379}/v3/kv/compaction" >"$work/answer"
  # The API server remembers recent events itself: only a new one has none of before.
  kill -KILL "$(cat "$work/cp/pid/kube-apiserver")"
  "$work/cp/start-apiserver"
  start_tracker main
  check main
  until_true 20 said main.out 'pods: listing anew'
  until_true 60 settled main
  [[ $(listed_since "$mark") == "$(printf '1 %s\n' "${kinds[@]}")" ]] || { echo "not one list of each kind after a gap:" >&2; listed_since "$mark" >&2; return 1; }
}

scenario_two_trackers() {
  start_tracker second --encoding json
  check second
  quiet_api PATCH /apis/apps/v1/namespaces/shop/deployments/desk '{"spec":{"replicas":4}}'
  wait_running shop desk 4
  check main
  check second
  inventory_of main >"$work/first.lines"
  inventory_of second >"$work/second.lines"
  cmp "$work/first.lines" "$work/second.lines"
  stop_tracker second
  check_replay second
}

grant() { # the rules of deploy/rbac.yaml, without the resource $1; only the verbs in $verbs, if that is set
  local core='"pods","nodes","replicationcontrollers"' apps='"replicasets","deployments","statefulsets","daemonsets"' batch='"jobs","cronjobs"'
  # shellcheck disable=SC2001
  without() { sed "s/\"$2\",\?//; s/,\$//" <<<"$1"; }
  # In one step: between taking all away and giving some, the API server may answer for neither.
  quiet_api PUT /apis/rbac.authorization.k8s.io/v1/clusterroles/tallyman "{\"metadata\":{\"name\":\"tallyman\"},\"rules\":[
    {\"apiGroups\":[\"\"],\"resources\":[$(without "$core" "${1:-x}")],\"verbs\":[${verbs:-\"list\",\"watch\"}]},
    {\"apiGroups\":[\"apps\"],\"resources\":[$(without "$apps" "${1:-x}")],\"verbs\":[${verbs:-\"list\",\"watch\"}]},
    {\"apiGroups\":[\"batch\"],\"resources\":[$(without "$batch" "${1:-x}")],\"verbs\":[${verbs:-\"list\",\"watch\"}]}]}"
}
bind_tracker() {
  quiet_api POST /apis/rbac.authorization.k8s.io/v1/clusterrolebindings '{"metadata":{"name":"tracker"},
    "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"tallyman"},
    "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"tracker"}]}'
}

# may_not PLURAL [VERB]: whether the API server has read that the trackers may not do that. It reads roles by a watch.
may_not() {
  local group=
  case $1 in
  jobs | cronjobs) group=batch ;;
  replicasets | deployments | statefulsets | daemonsets) group=apps ;;
  esac
  [[ $(api POST /apis/authorization.k8s.io/v1/subjectaccessreviews "{\"spec\":{\"user\":\"tracker\",
    \"resourceAttributes\":{\"verb\":\"${2:-list}\",\"group\":\"$group\",\"resource\":\"$1\"}}}" | jq .status.allowed) == false ]]
}

complains_once() { # TEXT OPTION...: a tracker says TEXT, and nothing else is wrong
  local text=$1
  shift
  rm -rf "$work/rights" "$work"/rights.{out,err}
  touch "$work/rights.err"
  start_tracker rights "$@"
  until_true 20 said rights.err "$text" || { echo "nobody says: $text" >&2; cat "$work/rights.err" >&2; return 1; }
  stop_tracker rights
  [[ $(wc -l <"$work/rights.err") == 1 ]] || { echo "more than one complaint:" >&2; cat "$work/rights.err" >&2; return 1; }
}

scenario_rights() {
  local kind
  for kind in pods nodes replicasets jobs deployments statefulsets daemonsets cronjobs replicationcontrollers; do
    grant "$kind"
    until_true 20 may_not "$kind"
    complains_once "$kind are left out: no right to watch $kind" # a watch may be all that it takes, and is asked for first
  done
  verbs='"watch"' grant
  until_true 20 may_not nodes list
  complains_once 'nodes are left out: no right to list nodes' --kinds nodes
  verbs='"list"' grant
  until_true 20 may_not nodes watch
  complains_once 'nodes are left out: no right to watch nodes' --kinds nodes
  # Taken away and given back while a tracker runs: its watches go on, so the server must end them.
  grant pods
  until_true 20 may_not pods
  kill -KILL "$(cat "$work/cp/pid/kube-apiserver")"
  "$work/cp/start-apiserver"
  until_true 60 said main.err 'pods are left out: no right to watch pods'
  grant
  quiet_api PATCH /apis/apps/v1/namespaces/shop/deployments/desk '{"spec":{"replicas":3}}'
  wait_running shop desk 3
  until_true 150 same_inventory main
  check main
}

# With exactly the account and the rights of deploy/rbac.yaml.
scenario_token_expires() {
  make_namespace tallyman
  quiet_api DELETE /apis/rbac.authorization.k8s.io/v1/clusterroles/tallyman
  create_from "$here/../../deploy/rbac.yaml"
  account_token() { # NAME: of a secret made for it
    quiet_api POST /api/v1/namespaces/tallyman/secrets "{\"metadata\":{\"name\":\"$1\",
      \"annotations\":{\"kubernetes.io/service-account.name\":\"tallyman\"}},\"type\":\"kubernetes.io/service-account-token\"}"
    until_true 20 has_token "$1"
    api GET "/api/v1/namespaces/tallyman/secrets/$1" | jq -r .data.token | base64 -d
  }
  has_token() { [[ $(api GET "/api/v1/namespaces/tallyman/secrets/$1" | jq '.data | has("token")') == true ]]; }
  account_token first >"$work/token"
  tracker_config account "{tokenFile: $work/token}"
  start_tracker account
  check account
  quiet_api DELETE /api/v1/namespaces/tallyman/secrets/first
  kill -KILL "$(cat "$work/cp/pid/kube-apiserver")"
  "$work/cp/start-apiserver"
  until_true 60 said account.err 'does not accept the credentials'
  account_token second >"$work/token.new"
  mv "$work/token.new" "$work/token"
  quiet_api PATCH /apis/apps/v1/namespaces/shop/deployments/desk '{"spec":{"replicas":1}}'
  wait_running shop desk 1
  until_true 90 same_inventory account
  check account
  stop_tracker account
}

# one_line TEXT OPTION...: a tracker with these options ends with one line that says TEXT, and no secret.
one_line() {
  local text=$1 status=0
  shift
  "$bin/tallyman" watch --data "$work/never" "$@" >"$work/never.out" 2>"$work/never.err" || status=$?
  [[ $status == 2 || $status == 3 ]] && [[ $(wc -l <"$work/never.err") == 1 ]] && said never.err "$text" &&
    ! grep -q 'tracker-token' "$work/never.err" && return
  echo "exit code $status instead of one line with \"$text\":" >&2
  cat "$work/never.err" >&2
  return 1
}

# How far the journal is behind the API server at 100 changes of pods a second: from the moment at which the server
# has answered a change, by its audit log, to the time that the journal gives the event.
scenario_lag() {
  local changes=1000 pods=100 i
  make_namespace busy
  grant # nothing may be amiss from an earlier scenario
  until_true 90 same_inventory main
  for i in $(seq $pods); do
    printf 'next\nurl = "%s/api/v1/namespaces/busy/pods"\nrequest = POST\ndata = "{\\"metadata\\":{\\"name\\":\\"p%s\\"},\\"spec\\":{\\"nodeName\\":\\"nowhere\\",\\"containers\\":[{\\"name\\":\\"main\\",\\"image\\":\\"busy:1\\"}]}}"\n' \
      "$api_url" "$i"
    common_options application/json
  done | sed 1d >"$work/make.curl"
  for i in $(seq $changes); do
    printf 'next\nurl = "%s/api/v1/namespaces/busy/pods/p%s/status"\nrequest = PATCH\ndata = "{\\"status\\":{\\"phase\\":\\"Running\\",\\"containerStatuses\\":[{\\"name\\":\\"main\\",\\"image\\":\\"busy:1\\",\\"imageID\\":\\"sha256:%s\\",\\"ready\\":true,\\"restartCount\\":0,\\"state\\":{},\\"lastState\\":{}}]}}"\n' \
      "$api_url" $((i % pods + 1)) "$i"
    common_options application/merge-patch+json
  done | sed 1d >"$work/change.curl"
  curl -sS --fail -K "$work/make.curl"
  # It sleeps whole milliseconds and a little longer than asked: this comes to a little more than 100 a second.
  curl -sS --fail --rate 111/s -K "$work/change.curl"
  sleep 2
  grep '"verb":"patch"' "$work/cp/log/audit.log" |
    sed -n 's/.*"responseObject":.*"resourceVersion":"\([0-9]*\)".*"stageTimestamp":"\([^"]*\)".*/\1 \2/p' | sort >"$work/answered"
  "$bin/tallyman" journal dump "$work/main" 2>/dev/null |
    sed -n 's/.*"time":"\([^"]*\)","type":"pod_observed".*"namespace":"busy".*"resource_version":\([0-9]*\).*/\2 \1/p' | sort >"$work/journaled"
  # Times of one day: seconds since midnight, in milliseconds.
  join "$work/answered" "$work/journaled" |
    awk 'function ms(t) {split(substr(t, 12), p, ":"); return int(((p[1] * 60 + p[2]) * 60 + p[3]) * 1000)} {print ms($3) - ms($2)}' |
    sort -n >"$work/lags"
  local count median high
  local rate
  rate=$(join "$work/answered" "$work/journaled" | cut -d' ' -f2 | sort | awk 'function ms(t) {split(substr(t, 12), p, ":"); return ((p[1] * 60 + p[2]) * 60 + p[3]) * 1000}
    NR == 1 {first = ms($1)} {last = ms($1)} END {print int((NR - 1) * 1000 / (last - first))}')
  count=$(wc -l <"$work/lags") median=$(sed -n "$((count / 2 + 1))p" "$work/lags") high=$(sed -n "$((count * 99 / 100 + 1))p" "$work/lags")
  echo "     $count changes at $rate a second: the journal was behind by $median ms (median), $high ms (99 %)"
  ((count > changes * 9 / 10 && median < 100))
}
common_options() { # of each request in a curl configuration
  printf 'cacert = "%s"\nheader = "Authorization: Bearer admin-token"\nheader = "Content-Type: %s"\noutput = /dev/null\n' \
    "$work/cp/pki/apiserver.crt" "$1"
}

scenario_errors() {
  local server="server: \"$api_url\"" ca="certificate-authority: \"$work/cp/pki/apiserver.crt\""
  config() { # CLUSTER USER
    printf 'current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {%s}}]\nusers: [{name: u, user: {%s}}]\n' \
      "$1" "$2" >"$work/bad.config"
  }
  local bad=(--kubeconfig "$work/bad.config")
  config "$server, $ca" 'token: tracker-token'
  one_line 'has no context wrong; it has: c' "${bad[@]}" --context wrong
  one_line 'cannot be read' --kubeconfig "$work/missing.config"
  config "$server, $ca" 'token: nonsense'
  one_line 'does not accept the credentials' "${bad[@]}"
  config "$server" 'token: tracker-token'
  one_line 'is not trusted' "${bad[@]}"
  config "$server, $ca, tls-server-name: other.example" 'token: tracker-token'
  one_line 'is not trusted' "${bad[@]}"
  config "$server, insecure-skip-tls-verify: true" 'token: tracker-token'
  one_line 'obeyed only together with the option --insecure-skip-tls-verify' "${bad[@]}"
  config "server: \"https://127.0.0.1:9\", $ca" 'token: tracker-token'
  one_line 'cannot be reached' "${bad[@]}"
  config "server: \"https://no-such-host.invalid:6443\", $ca" 'token: tracker-token'
  one_line 'check the server' "${bad[@]}"
  config "$server, $ca, proxy-url: \"http://127.0.0.1:9\"" 'token: tracker-token'
  one_line 'the proxy for' "${bad[@]}"
  config "$server, $ca" 'exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-login, installHint: install it}'
  one_line 'no-such-login gave no credentials: it cannot be run' "${bad[@]}"
}
