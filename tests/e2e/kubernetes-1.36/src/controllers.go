package main

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"os/signal"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/ptr"
)

// What the controller manager and the scheduler do, as far as a test of a tracker can tell. Each pass looks at everything there is.
const (
	namespaceFinalizer = "kubernetes"
	jobFinalizer       = "batch.kubernetes.io/job-tracking"
	templateHash       = "pod-template-hash"
	revisionAnnotation = "deployment.kubernetes.io/revision"
)

type written struct {
	store    cache.Indexer
	key, rv  string
	deadline time.Time
}

type controllers struct {
	ctx       context.Context
	client    kubernetes.Interface
	stores    map[string]cache.Indexer
	dirty     chan struct{}
	pending   []written
	lostSince map[types.UID]time.Time
}

func runControllers(args []string) {
	flags := pflag.NewFlagSet("controllers", pflag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "a kubeconfig")
	check(flags.Parse(args))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client, err := kubernetes.NewForConfig(clientConfig(*kubeconfig, "modernkube-controllers"))
	check(err)
	c := &controllers{ctx: ctx, client: client, stores: map[string]cache.Indexer{}, dirty: make(chan struct{}, 1), lostSince: map[types.UID]time.Time{}}
	f := informers.NewSharedInformerFactory(client, 0)
	core, apps, batch := f.Core().V1(), f.Apps().V1(), f.Batch().V1()
	for name, informer := range map[string]cache.SharedIndexInformer{
		"pods": core.Pods().Informer(), "nodes": core.Nodes().Informer(), "namespaces": core.Namespaces().Informer(), "serviceaccounts": core.ServiceAccounts().Informer(),
		"replicationcontrollers": core.ReplicationControllers().Informer(), "configmaps": core.ConfigMaps().Informer(), "secrets": core.Secrets().Informer(),
		"services": core.Services().Informer(), "deployments": apps.Deployments().Informer(), "replicasets": apps.ReplicaSets().Informer(),
		"statefulsets": apps.StatefulSets().Informer(), "daemonsets": apps.DaemonSets().Informer(), "controllerrevisions": apps.ControllerRevisions().Informer(),
		"jobs": batch.Jobs().Informer(), "cronjobs": batch.CronJobs().Informer(),
	} {
		c.stores[name] = informer.GetIndexer()
		mark := func(interface{}) {
			select {
			case c.dirty <- struct{}{}:
			default:
			}
		}
		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: mark, DeleteFunc: mark, UpdateFunc: func(_, o interface{}) { mark(o) }})
		check(err)
	}
	f.Start(ctx.Done())
	f.WaitForCacheSync(ctx.Done())
	for ctx.Err() == nil {
		select {
		case <-c.dirty:
		case <-time.After(time.Second):
		case <-ctx.Done():
			return
		}
		if c.caughtUp() {
			c.pass()
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// wrote: what was written has to be in the cache before the next pass.
func (c *controllers) wrote(name string, obj runtime.Object, err error) bool {
	if err != nil {
		if !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
			fmt.Fprintln(os.Stderr, name, err)
		}
		return false
	}
	m := accessor(obj)
	key := m.GetName()
	if m.GetNamespace() != "" {
		key = m.GetNamespace() + "/" + key
	}
	c.pending = append(c.pending, written{c.stores[name], key, m.GetResourceVersion(), time.Now().Add(3 * time.Second)})
	return true
}

func number(rv string) uint64 { n, _ := strconv.ParseUint(rv, 10, 64); return n }

func (c *controllers) caughtUp() bool {
	for len(c.pending) > 0 {
		each := c.pending[0]
		obj, there, _ := each.store.GetByKey(each.key)
		if (there && number(accessor(obj.(runtime.Object)).GetResourceVersion()) >= number(each.rv)) || time.Now().After(each.deadline) {
			c.pending = c.pending[1:]
			continue
		}
		select {
		case c.dirty <- struct{}{}:
		default:
		}
		return false
	}
	return true
}

func all[T runtime.Object](c *controllers, name string) []T {
	var out []T
	for _, each := range c.stores[name].List() {
		out = append(out, each.(runtime.Object).DeepCopyObject().(T))
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := accessor(out[i]), accessor(out[j])
		if x, y := a.GetCreationTimestamp(), b.GetCreationTimestamp(); !x.Equal(&y) {
			return x.Before(&y)
		}
		return a.GetNamespace()+"/"+a.GetName() < b.GetNamespace()+"/"+b.GetName()
	})
	return out
}

func owned[T runtime.Object](objects []T, uid types.UID) []T {
	var out []T
	for _, each := range objects {
		if ref := metav1.GetControllerOf(accessor(each)); ref != nil && ref.UID == uid {
			out = append(out, each)
		}
	}
	return out
}

func finished(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}
func active(pods []*corev1.Pod) []*corev1.Pod {
	var out []*corev1.Pod
	for _, pod := range pods {
		if pod.DeletionTimestamp == nil && !finished(pod) {
			out = append(out, pod)
		}
	}
	return out
}
func ready(pod *corev1.Pod) bool {
	for _, each := range pod.Status.Conditions {
		if each.Type == corev1.PodReady {
			return each.Status == corev1.ConditionTrue
		}
	}
	return false
}
func count(pods []*corev1.Pod, is func(*corev1.Pod) bool) (n int32) {
	for _, pod := range pods {
		if is(pod) {
			n++
		}
	}
	return
}

func hashOf(what interface{}) string {
	text, _ := json.Marshal(what)
	h := fnv.New32a()
	h.Write(text)
	return rand.SafeEncodeString(fmt.Sprint(h.Sum32()))
}

func (c *controllers) pass() {
	c.namespaces()
	c.schedule()
	c.cronJobs()
	c.jobs()
	c.deployments()
	c.replicas()
	c.statefulSets()
	c.daemonSets()
	c.collect()
}

func (c *controllers) createPod(template *corev1.PodTemplateSpec, owner metav1.Object, kind, apiVersion, namespace, name string, change func(*corev1.Pod)) bool {
	pod := &corev1.Pod{ObjectMeta: *template.ObjectMeta.DeepCopy(), Spec: *template.Spec.DeepCopy()}
	pod.Namespace, pod.Name = namespace, name
	if name == "" {
		pod.GenerateName = owner.GetName() + "-"
	}
	pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: owner.GetName(), UID: owner.GetUID(), Controller: ptr.To(true), BlockOwnerDeletion: ptr.To(true)}}
	if change != nil {
		change(pod)
	}
	made, err := c.client.CoreV1().Pods(namespace).Create(c.ctx, pod, metav1.CreateOptions{})
	return c.wrote("pods", made, err)
}

func (c *controllers) deletePod(pod *corev1.Pod) {
	err := c.client.CoreV1().Pods(pod.Namespace).Delete(c.ctx, pod.Name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(pod.UID))})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		fmt.Fprintln(os.Stderr, "deleting a pod:", err)
	}
	// The cache has to show it.
	c.pending = append(c.pending, written{c.stores["pods"], pod.Namespace + "/" + pod.Name, strconv.FormatUint(number(pod.ResourceVersion)+1, 10), time.Now().Add(200 * time.Millisecond)})
}

func (c *controllers) replicas() {
	pods := all[*corev1.Pod](c, "pods")
	fill := func(kind, apiVersion, namespace string, owner metav1.Object, mine []*corev1.Pod, want int32, template *corev1.PodTemplateSpec) {
		have := active(mine)
		for n := int32(len(have)); n < want; n++ {
			if !c.createPod(template, owner, kind, apiVersion, namespace, "", nil) {
				return
			}
		}
		sort.SliceStable(have, func(i, j int) bool { return !ready(have[i]) && ready(have[j]) })
		for n := 0; n < len(have)-int(want); n++ {
			c.deletePod(have[n])
		}
	}
	for _, set := range all[*appsv1.ReplicaSet](c, "replicasets") {
		mine := owned(pods, set.UID)
		if set.DeletionTimestamp == nil {
			fill("ReplicaSet", "apps/v1", set.Namespace, set, mine, ptr.Deref(set.Spec.Replicas, 1), &set.Spec.Template)
		}
		have := active(mine)
		status := appsv1.ReplicaSetStatus{Replicas: int32(len(have)), FullyLabeledReplicas: int32(len(have)), ReadyReplicas: count(have, ready), AvailableReplicas: count(have, ready), ObservedGeneration: set.Generation}
		if !apiequality.Semantic.DeepEqual(status, set.Status) {
			set.Status = status
			made, err := c.client.AppsV1().ReplicaSets(set.Namespace).UpdateStatus(c.ctx, set, metav1.UpdateOptions{})
			c.wrote("replicasets", made, err)
		}
	}
	for _, set := range all[*corev1.ReplicationController](c, "replicationcontrollers") {
		mine := owned(pods, set.UID)
		if set.DeletionTimestamp == nil && set.Spec.Template != nil {
			fill("ReplicationController", "v1", set.Namespace, set, mine, ptr.Deref(set.Spec.Replicas, 1), set.Spec.Template)
		}
	}
}

func part100(value *intstr.IntOrString, total int32, up bool) int32 {
	def := intstr.FromString("25%")
	if value == nil {
		value = &def
	}
	n, _ := intstr.GetScaledValueFromIntOrPercent(value, int(total), up)
	return int32(n)
}

// adopt: a Deployment takes the ReplicaSets that it selects and that have no controller; the next pass sees them as its own.
func (c *controllers) adopt(d *appsv1.Deployment, sets []*appsv1.ReplicaSet) (adopted bool) {
	selector, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
	if err != nil || selector.Empty() {
		return false
	}
	for _, set := range sets {
		if set.Namespace != d.Namespace || set.DeletionTimestamp != nil || metav1.GetControllerOf(set) != nil || !selector.Matches(labels.Set(set.Labels)) {
			continue
		}
		set.OwnerReferences = append(set.OwnerReferences, *metav1.NewControllerRef(d, appsv1.SchemeGroupVersion.WithKind("Deployment")))
		made, err := c.client.AppsV1().ReplicaSets(set.Namespace).Update(c.ctx, set, metav1.UpdateOptions{})
		adopted = c.wrote("replicasets", made, err) || adopted
	}
	return adopted
}

func (c *controllers) deployments() {
	sets := all[*appsv1.ReplicaSet](c, "replicasets")
	for _, d := range all[*appsv1.Deployment](c, "deployments") {
		if d.DeletionTimestamp != nil {
			continue
		}
		if c.adopt(d, sets) {
			continue
		}
		mine, want := owned(sets, d.UID), ptr.Deref(d.Spec.Replicas, 1)
		hash := hashOf(d.Spec.Template)
		var current *appsv1.ReplicaSet
		var total, availableAll, revision, oldTotal int32
		for _, set := range mine {
			n, _ := strconv.Atoi(set.Annotations[revisionAnnotation])
			revision = max(revision, int32(n))
			total += ptr.Deref(set.Spec.Replicas, 0)
			availableAll += set.Status.AvailableReplicas
			if set.Labels[templateHash] == hash {
				current = set
			} else {
				oldTotal += max(ptr.Deref(set.Spec.Replicas, 0), set.Status.Replicas)
			}
		}
		rolling := d.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType
		var surge, unavailable *intstr.IntOrString
		if d.Spec.Strategy.RollingUpdate != nil {
			surge, unavailable = d.Spec.Strategy.RollingUpdate.MaxSurge, d.Spec.Strategy.RollingUpdate.MaxUnavailable
		}
		maxTotal, minAvailable := want+part100(surge, want, true), want-part100(unavailable, want, false)
		room := func(have int32) int32 {
			if !rolling {
				if oldTotal > 0 {
					return have
				}
				return want
			}
			return min(want, have+max(0, maxTotal-total))
		}
		scaleTo := func(set *appsv1.ReplicaSet, n int32) {
			set.Spec.Replicas = &n
			made, err := c.client.AppsV1().ReplicaSets(set.Namespace).Update(c.ctx, set, metav1.UpdateOptions{})
			c.wrote("replicasets", made, err)
		}
		if current == nil {
			n := room(0)
			set := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: d.Name + "-" + hash, Namespace: d.Namespace, Labels: map[string]string{templateHash: hash},
				Annotations:     map[string]string{revisionAnnotation: fmt.Sprint(revision + 1), "deployment.kubernetes.io/desired-replicas": fmt.Sprint(want)},
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(d, appsv1.SchemeGroupVersion.WithKind("Deployment"))}},
				Spec: appsv1.ReplicaSetSpec{Replicas: &n, Template: *d.Spec.Template.DeepCopy(), Selector: d.Spec.Selector.DeepCopy()}}
			for k, v := range d.Spec.Template.Labels {
				set.Labels[k] = v
			}
			if set.Spec.Template.Labels == nil {
				set.Spec.Template.Labels = map[string]string{}
			}
			set.Spec.Template.Labels[templateHash] = hash
			set.Spec.Selector = metav1.AddLabelToSelector(set.Spec.Selector, templateHash, hash)
			made, err := c.client.AppsV1().ReplicaSets(d.Namespace).Create(c.ctx, set, metav1.CreateOptions{})
			c.wrote("replicasets", made, err)
		} else {
			if n, _ := strconv.Atoi(current.Annotations[revisionAnnotation]); int32(n) < revision {
				current.Annotations[revisionAnnotation] = fmt.Sprint(revision + 1)
				scaleTo(current, ptr.Deref(current.Spec.Replicas, 0))
			} else if have := ptr.Deref(current.Spec.Replicas, 0); have > want {
				scaleTo(current, want)
			} else if n := room(have); n > have {
				scaleTo(current, n)
			} else {
				spare := availableAll - minAvailable
				var old []*appsv1.ReplicaSet
				for _, set := range mine {
					if set == current {
						continue
					}
					old = append(old, set)
					have, available := ptr.Deref(set.Spec.Replicas, 0), set.Status.AvailableReplicas
					less := min(have, max(0, spare)+max(0, have-available))
					if !rolling {
						less = have
					}
					if less > 0 {
						spare -= max(0, less-max(0, have-available))
						scaleTo(set, have-less)
					}
				}
				for i := 0; i < len(old)-int(ptr.Deref(d.Spec.RevisionHistoryLimit, 10)); i++ {
					if ptr.Deref(old[i].Spec.Replicas, 0) == 0 && old[i].Status.Replicas == 0 {
						_ = c.client.AppsV1().ReplicaSets(d.Namespace).Delete(c.ctx, old[i].Name, metav1.DeleteOptions{})
					}
				}
			}
		}
		status := d.Status.DeepCopy()
		status.ObservedGeneration, status.Replicas, status.ReadyReplicas, status.AvailableReplicas, status.UpdatedReplicas = d.Generation, 0, 0, 0, 0
		for _, set := range mine {
			status.Replicas += set.Status.Replicas
			status.ReadyReplicas += set.Status.ReadyReplicas
			status.AvailableReplicas += set.Status.AvailableReplicas
			if set.Labels[templateHash] == hash {
				status.UpdatedReplicas = set.Status.Replicas
			}
		}
		status.UnavailableReplicas = max(0, want-status.AvailableReplicas)
		if !apiequality.Semantic.DeepEqual(*status, d.Status) {
			d.Status = *status
			made, err := c.client.AppsV1().Deployments(d.Namespace).UpdateStatus(c.ctx, d, metav1.UpdateOptions{})
			c.wrote("deployments", made, err)
		}
	}
}

func (c *controllers) statefulSets() {
	pods := all[*corev1.Pod](c, "pods")
	for _, set := range all[*appsv1.StatefulSet](c, "statefulsets") {
		if set.DeletionTimestamp != nil {
			continue
		}
		revision, want := set.Name+"-"+hashOf(set.Spec.Template), ptr.Deref(set.Spec.Replicas, 1)
		if _, there, _ := c.stores["controllerrevisions"].GetByKey(set.Namespace + "/" + revision); !there {
			data, _ := json.Marshal(map[string]interface{}{"spec": map[string]interface{}{"template": set.Spec.Template}})
			made, err := c.client.AppsV1().ControllerRevisions(set.Namespace).Create(c.ctx, &appsv1.ControllerRevision{
				ObjectMeta: metav1.ObjectMeta{Name: revision, Namespace: set.Namespace, Labels: set.Spec.Template.Labels,
					OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("StatefulSet"))}},
				Data: runtime.RawExtension{Raw: data}, Revision: set.Generation}, metav1.CreateOptions{})
			c.wrote("controllerrevisions", made, err)
		}
		at := map[int]*corev1.Pod{}
		mine := owned(pods, set.UID)
		for _, pod := range mine {
			if n, err := strconv.Atoi(strings.TrimPrefix(pod.Name, set.Name+"-")); err == nil {
				at[n] = pod
			}
		}
		parallel, busy := set.Spec.PodManagementPolicy == appsv1.ParallelPodManagement, false
		for n := 0; n < int(want) && (parallel || !busy); n++ {
			pod := at[n]
			switch {
			case pod == nil:
				c.createPod(&set.Spec.Template, set, "StatefulSet", "apps/v1", set.Namespace, fmt.Sprintf("%s-%d", set.Name, n), func(pod *corev1.Pod) {
					if pod.Labels == nil {
						pod.Labels = map[string]string{}
					}
					pod.Labels["controller-revision-hash"], pod.Labels["statefulset.kubernetes.io/pod-name"] = revision, pod.Name
					pod.Labels["apps.kubernetes.io/pod-index"] = fmt.Sprint(n)
					pod.Spec.Hostname, pod.Spec.Subdomain = pod.Name, set.Spec.ServiceName
				})
				busy = true
			case finished(pod) && pod.DeletionTimestamp == nil:
				c.deletePod(pod)
				busy = true
			case pod.DeletionTimestamp != nil || !ready(pod):
				busy = true
			}
		}
		var over []int
		for n := range at {
			if n >= int(want) {
				over = append(over, n)
			}
		}
		sort.Sort(sort.Reverse(sort.IntSlice(over)))
		for _, n := range over {
			if busy && !parallel {
				break
			}
			busy = true
			if at[n].DeletionTimestamp == nil {
				c.deletePod(at[n])
			}
		}
		for n := int(want) - 1; n >= 0 && !busy && set.Spec.UpdateStrategy.Type == appsv1.RollingUpdateStatefulSetStrategyType; n-- {
			if at[n] != nil && at[n].Labels["controller-revision-hash"] != revision {
				c.deletePod(at[n])
				busy = true
			}
		}
		status := set.Status.DeepCopy()
		have := active(mine)
		status.ObservedGeneration, status.Replicas, status.ReadyReplicas, status.AvailableReplicas, status.UpdateRevision = set.Generation, int32(len(have)), count(have, ready), count(have, ready), revision
		status.UpdatedReplicas = count(have, func(pod *corev1.Pod) bool { return pod.Labels["controller-revision-hash"] == revision })
		if status.CurrentRevision == "" || status.UpdatedReplicas == want {
			status.CurrentRevision = revision
		}
		status.CurrentReplicas = count(have, func(pod *corev1.Pod) bool { return pod.Labels["controller-revision-hash"] == status.CurrentRevision })
		if !apiequality.Semantic.DeepEqual(*status, set.Status) {
			set.Status = *status
			made, err := c.client.AppsV1().StatefulSets(set.Namespace).UpdateStatus(c.ctx, set, metav1.UpdateOptions{})
			c.wrote("statefulsets", made, err)
		}
	}
}

func (c *controllers) daemonSets() {
	pods, nodes := all[*corev1.Pod](c, "pods"), all[*corev1.Node](c, "nodes")
	for _, set := range all[*appsv1.DaemonSet](c, "daemonsets") {
		if set.DeletionTimestamp != nil {
			continue
		}
		revision := hashOf(set.Spec.Template)
		mine := owned(pods, set.UID)
		busy := false
		on := map[string]*corev1.Pod{}
		for _, pod := range mine {
			busy = busy || !ready(pod) || pod.DeletionTimestamp != nil
			on[pod.Spec.NodeName] = pod
		}
		for _, node := range nodes {
			pod := on[node.Name]
			if pod == nil && labels.SelectorFromSet(set.Spec.Template.Spec.NodeSelector).Matches(labels.Set(node.Labels)) {
				busy = true
				c.createPod(&set.Spec.Template, set, "DaemonSet", "apps/v1", set.Namespace, "", func(pod *corev1.Pod) {
					if pod.Labels == nil {
						pod.Labels = map[string]string{}
					}
					pod.Labels["controller-revision-hash"] = revision
					pod.Spec.NodeName = node.Name
				})
			} else if pod != nil && pod.DeletionTimestamp == nil && (finished(pod) || (!busy && pod.Labels["controller-revision-hash"] != revision)) {
				busy = true
				c.deletePod(pod)
			}
		}
		have := active(mine)
		status := set.Status.DeepCopy()
		status.ObservedGeneration, status.DesiredNumberScheduled, status.CurrentNumberScheduled, status.NumberReady, status.NumberAvailable = set.Generation, int32(len(nodes)), int32(len(have)), count(have, ready), count(have, ready)
		status.UpdatedNumberScheduled = count(have, func(pod *corev1.Pod) bool { return pod.Labels["controller-revision-hash"] == revision })
		if !apiequality.Semantic.DeepEqual(*status, set.Status) {
			set.Status = *status
			made, err := c.client.AppsV1().DaemonSets(set.Namespace).UpdateStatus(c.ctx, set, metav1.UpdateOptions{})
			c.wrote("daemonsets", made, err)
		}
	}
}

func without(list []string, what string) []string {
	var out []string
	for _, each := range list {
		if each != what {
			out = append(out, each)
		}
	}
	return out
}
func contains(list []string, what string) bool { return len(without(list, what)) != len(list) }

func (c *controllers) setFinalizers(name string, obj runtime.Object, finalizers []string) {
	m := accessor(obj)
	text, _ := json.Marshal(map[string]interface{}{"metadata": map[string]interface{}{"finalizers": finalizers, "resourceVersion": m.GetResourceVersion()}})
	var made runtime.Object
	var err error
	patch, none := types.MergePatchType, metav1.PatchOptions{}
	switch name {
	case "pods":
		made, err = c.client.CoreV1().Pods(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "namespaces":
		made, err = c.client.CoreV1().Namespaces().Patch(c.ctx, m.GetName(), patch, text, none)
	case "replicationcontrollers":
		made, err = c.client.CoreV1().ReplicationControllers(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "deployments":
		made, err = c.client.AppsV1().Deployments(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "replicasets":
		made, err = c.client.AppsV1().ReplicaSets(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "statefulsets":
		made, err = c.client.AppsV1().StatefulSets(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "daemonsets":
		made, err = c.client.AppsV1().DaemonSets(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "jobs":
		made, err = c.client.BatchV1().Jobs(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "cronjobs":
		made, err = c.client.BatchV1().CronJobs(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	default:
		return
	}
	if len(finalizers) > 0 || m.GetDeletionTimestamp() == nil {
		c.wrote(name, made, err)
	}
}

func (c *controllers) jobs() {
	pods := all[*corev1.Pod](c, "pods")
	for _, job := range all[*batchv1.Job](c, "jobs") {
		mine := owned(pods, job.UID)
		over := false
		for _, each := range job.Status.Conditions {
			over = over || ((each.Type == batchv1.JobComplete || each.Type == batchv1.JobFailed) && each.Status == corev1.ConditionTrue)
		}
		have := active(mine)
		succeeded := count(mine, func(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodSucceeded })
		failed := count(mine, func(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodFailed })
		if !over && job.DeletionTimestamp == nil && !ptr.Deref(job.Spec.Suspend, false) {
			want := min(ptr.Deref(job.Spec.Parallelism, 1), ptr.Deref(job.Spec.Completions, 1)-succeeded)
			for n := int32(len(have)); n < want && failed <= ptr.Deref(job.Spec.BackoffLimit, 6); n++ {
				c.createPod(&job.Spec.Template, job, "Job", "batch/v1", job.Namespace, "", func(pod *corev1.Pod) {
					if pod.Labels == nil {
						pod.Labels = map[string]string{}
					}
					for _, prefix := range []string{"", "batch.kubernetes.io/"} {
						pod.Labels[prefix+"job-name"], pod.Labels[prefix+"controller-uid"] = job.Name, string(job.UID)
					}
					pod.Finalizers = append(pod.Finalizers, jobFinalizer)
				})
			}
			status := job.Status.DeepCopy()
			if status.StartTime == nil {
				status.StartTime = ptr.To(metav1.Now())
			}
			status.Active, status.Ready = int32(len(have)), ptr.To(count(have, ready))
			status.Succeeded, status.Failed = max(status.Succeeded, succeeded), max(status.Failed, failed)
			status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{}
			finish := func(types ...batchv1.JobConditionType) {
				for _, t := range types {
					status.Conditions = append(status.Conditions, batchv1.JobCondition{Type: t, Status: corev1.ConditionTrue, LastProbeTime: metav1.Now(), LastTransitionTime: metav1.Now()})
				}
			}
			if status.Succeeded >= ptr.Deref(job.Spec.Completions, 1) && len(have) == 0 {
				status.CompletionTime = ptr.To(metav1.Now())
				finish(batchv1.JobSuccessCriteriaMet, batchv1.JobComplete)
			} else if failed > ptr.Deref(job.Spec.BackoffLimit, 6) {
				finish(batchv1.JobFailureTarget, batchv1.JobFailed)
			}
			if !apiequality.Semantic.DeepEqual(*status, job.Status) {
				job.Status = *status
				made, err := c.client.BatchV1().Jobs(job.Namespace).UpdateStatus(c.ctx, job, metav1.UpdateOptions{})
				c.wrote("jobs", made, err)
			}
		}
		if over && job.Spec.TTLSecondsAfterFinished != nil && job.DeletionTimestamp == nil && job.Status.CompletionTime != nil &&
			time.Since(job.Status.CompletionTime.Time) > time.Duration(*job.Spec.TTLSecondsAfterFinished)*time.Second {
			_ = c.client.BatchV1().Jobs(job.Namespace).Delete(c.ctx, job.Name, metav1.DeleteOptions{PropagationPolicy: ptr.To(metav1.DeletePropagationForeground)})
		}
	}
	for _, pod := range pods {
		if contains(pod.Finalizers, jobFinalizer) && (finished(pod) || pod.DeletionTimestamp != nil) {
			c.setFinalizers("pods", pod, without(pod.Finalizers, jobFinalizer))
		}
	}
}

// cronJobs: "*/N" or "*" in the first field is understood, and the rest taken for "*"; "@every DURATION" as well, for tests.
func (c *controllers) cronJobs() {
	jobs := all[*batchv1.Job](c, "jobs")
	for _, cron := range all[*batchv1.CronJob](c, "cronjobs") {
		if cron.DeletionTimestamp != nil {
			continue
		}
		every := time.Minute
		if text, found := strings.CutPrefix(cron.Spec.Schedule, "@every "); found {
			every, _ = time.ParseDuration(text)
		} else if n, err := strconv.Atoi(strings.TrimPrefix(strings.Fields(cron.Spec.Schedule + " x")[0], "*/")); err == nil {
			every = time.Duration(n) * time.Minute
		}
		mine := owned(jobs, cron.UID)
		var running []corev1.ObjectReference
		var done []*batchv1.Job
		for _, job := range mine {
			if job.Status.CompletionTime == nil {
				running = append(running, corev1.ObjectReference{Kind: "Job", APIVersion: "batch/v1", Namespace: job.Namespace, Name: job.Name, UID: job.UID})
			} else {
				done = append(done, job)
			}
		}
		for i := 0; i < len(done)-int(ptr.Deref(cron.Spec.SuccessfulJobsHistoryLimit, 3)); i++ {
			_ = c.client.BatchV1().Jobs(cron.Namespace).Delete(c.ctx, done[i].Name, metav1.DeleteOptions{PropagationPolicy: ptr.To(metav1.DeletePropagationBackground)})
		}
		status := cron.Status.DeepCopy()
		slot := time.Now().Truncate(max(every, time.Second))
		if !ptr.Deref(cron.Spec.Suspend, false) && slot.After(cron.CreationTimestamp.Time) && (status.LastScheduleTime == nil || slot.After(status.LastScheduleTime.Time)) &&
			!(cron.Spec.ConcurrencyPolicy == batchv1.ForbidConcurrent && len(running) > 0) {
			job := &batchv1.Job{ObjectMeta: *cron.Spec.JobTemplate.ObjectMeta.DeepCopy(), Spec: *cron.Spec.JobTemplate.Spec.DeepCopy()}
			job.Name, job.Namespace = fmt.Sprintf("%s-%d", cron.Name, slot.Unix()), cron.Namespace
			job.Annotations = map[string]string{"batch.kubernetes.io/cronjob-scheduled-timestamp": slot.UTC().Format(time.RFC3339)}
			job.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(cron, batchv1.SchemeGroupVersion.WithKind("CronJob"))}
			made, err := c.client.BatchV1().Jobs(cron.Namespace).Create(c.ctx, job, metav1.CreateOptions{})
			if c.wrote("jobs", made, err) || apierrors.IsAlreadyExists(err) {
				status.LastScheduleTime = ptr.To(metav1.NewTime(slot))
			}
		}
		status.Active = running
		if !apiequality.Semantic.DeepEqual(*status, cron.Status) {
			cron.Status = *status
			made, err := c.client.BatchV1().CronJobs(cron.Namespace).UpdateStatus(c.ctx, cron, metav1.UpdateOptions{})
			c.wrote("cronjobs", made, err)
		}
	}
}

func (c *controllers) schedule() {
	nodes, load := all[*corev1.Node](c, "nodes"), map[string]int{}
	pods := all[*corev1.Pod](c, "pods")
	for _, pod := range pods {
		load[pod.Spec.NodeName]++
	}
	for _, pod := range pods {
		if pod.Spec.NodeName != "" || pod.DeletionTimestamp != nil || len(pod.Spec.SchedulingGates) > 0 {
			continue
		}
		var best *corev1.Node
		for _, node := range nodes {
			if node.Spec.Unschedulable || len(node.Spec.Taints) > 0 || !labels.SelectorFromSet(pod.Spec.NodeSelector).Matches(labels.Set(node.Labels)) || node.DeletionTimestamp != nil {
				continue
			}
			if best == nil || load[node.Name] < load[best.Name] {
				best = node
			}
		}
		if best == nil {
			continue
		}
		load[best.Name]++
		err := c.client.CoreV1().Pods(pod.Namespace).Bind(c.ctx, &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID},
			Target: corev1.ObjectReference{Kind: "Node", Name: best.Name}}, metav1.CreateOptions{})
		if err != nil && !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
			fmt.Fprintln(os.Stderr, "binding:", err)
		}
	}
}

func (c *controllers) namespaces() {
	for _, ns := range all[*corev1.Namespace](c, "namespaces") {
		if ns.DeletionTimestamp == nil {
			if _, there, _ := c.stores["serviceaccounts"].GetByKey(ns.Name + "/default"); !there {
				made, err := c.client.CoreV1().ServiceAccounts(ns.Name).Create(c.ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}, metav1.CreateOptions{})
				c.wrote("serviceaccounts", made, err)
			}
			continue
		}
		left := 0
		for name, store := range c.stores {
			for _, each := range store.List() {
				m := accessor(each.(runtime.Object))
				if m.GetNamespace() != ns.Name {
					continue
				}
				left++
				if m.GetDeletionTimestamp() == nil {
					c.remove(name, m, metav1.DeletePropagationBackground)
				}
			}
		}
		if left == 0 {
			c.setFinalizers("namespaces", ns, without(ns.Finalizers, namespaceFinalizer))
		}
	}
}

func (c *controllers) remove(name string, m metav1.Object, how metav1.DeletionPropagation) {
	uid := m.GetUID()
	o := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}, PropagationPolicy: &how}
	core, apps, batch, ns := c.client.CoreV1(), c.client.AppsV1(), c.client.BatchV1(), m.GetNamespace()
	var err error
	switch name {
	case "pods":
		err = core.Pods(ns).Delete(c.ctx, m.GetName(), o)
	case "serviceaccounts":
		err = core.ServiceAccounts(ns).Delete(c.ctx, m.GetName(), o)
	case "configmaps":
		err = core.ConfigMaps(ns).Delete(c.ctx, m.GetName(), o)
	case "secrets":
		err = core.Secrets(ns).Delete(c.ctx, m.GetName(), o)
	case "services":
		err = core.Services(ns).Delete(c.ctx, m.GetName(), o)
	case "replicationcontrollers":
		err = core.ReplicationControllers(ns).Delete(c.ctx, m.GetName(), o)
	case "deployments":
		err = apps.Deployments(ns).Delete(c.ctx, m.GetName(), o)
	case "replicasets":
		err = apps.ReplicaSets(ns).Delete(c.ctx, m.GetName(), o)
	case "statefulsets":
		err = apps.StatefulSets(ns).Delete(c.ctx, m.GetName(), o)
	case "daemonsets":
		err = apps.DaemonSets(ns).Delete(c.ctx, m.GetName(), o)
	case "controllerrevisions":
		err = apps.ControllerRevisions(ns).Delete(c.ctx, m.GetName(), o)
	case "jobs":
		err = batch.Jobs(ns).Delete(c.ctx, m.GetName(), o)
	case "cronjobs":
		err = batch.CronJobs(ns).Delete(c.ctx, m.GetName(), o)
	}
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		fmt.Fprintln(os.Stderr, "removing one of the", name, err)
	}
}

// collect: the garbage collector, and the one of pods whose node is gone.
func (c *controllers) collect() {
	type dependent struct {
		name string
		obj  runtime.Object
	}
	uids, dependents := map[types.UID]bool{}, map[types.UID][]dependent{}
	for name, store := range c.stores {
		for _, each := range store.List() {
			obj := each.(runtime.Object)
			uids[accessor(obj).GetUID()] = true
			for _, ref := range accessor(obj).GetOwnerReferences() {
				dependents[ref.UID] = append(dependents[ref.UID], dependent{name, obj})
			}
		}
	}
	for uid, list := range dependents {
		if uids[uid] {
			delete(c.lostSince, uid)
			continue
		}
		if c.lostSince[uid].IsZero() {
			c.lostSince[uid] = time.Now()
		}
		if time.Since(c.lostSince[uid]) < 500*time.Millisecond {
			continue
		}
		for _, each := range list {
			if m := accessor(each.obj); m.GetDeletionTimestamp() == nil && len(m.GetOwnerReferences()) == 1 {
				c.remove(each.name, m, metav1.DeletePropagationBackground)
			}
		}
	}
	for name, store := range c.stores {
		for _, each := range store.List() {
			obj := each.(runtime.Object)
			m := accessor(obj)
			if m.GetDeletionTimestamp() == nil {
				continue
			}
			if contains(m.GetFinalizers(), metav1.FinalizerOrphanDependents) {
				ok := true
				for _, child := range dependents[m.GetUID()] {
					ok = c.orphan(child.name, accessor(child.obj)) && ok
				}
				if ok {
					c.setFinalizers(name, obj, without(m.GetFinalizers(), metav1.FinalizerOrphanDependents))
				}
			} else if contains(m.GetFinalizers(), metav1.FinalizerDeleteDependents) {
				for _, child := range dependents[m.GetUID()] {
					if accessor(child.obj).GetDeletionTimestamp() == nil {
						c.remove(child.name, accessor(child.obj), metav1.DeletePropagationForeground)
					}
				}
				if len(dependents[m.GetUID()]) == 0 {
					c.setFinalizers(name, obj, without(m.GetFinalizers(), metav1.FinalizerDeleteDependents))
				}
			}
		}
	}
	for _, pod := range all[*corev1.Pod](c, "pods") {
		if pod.Spec.NodeName == "" {
			continue
		}
		if _, there, _ := c.stores["nodes"].GetByKey(pod.Spec.NodeName); there {
			delete(c.lostSince, pod.UID)
			continue
		}
		if c.lostSince[pod.UID].IsZero() {
			c.lostSince[pod.UID] = time.Now()
		} else if time.Since(c.lostSince[pod.UID]) > 5*time.Second {
			_ = c.client.CoreV1().Pods(pod.Namespace).Delete(c.ctx, pod.Name, metav1.DeleteOptions{GracePeriodSeconds: ptr.To(int64(0)), Preconditions: metav1.NewUIDPreconditions(string(pod.UID))})
		}
	}
}

func (c *controllers) orphan(name string, m metav1.Object) bool {
	text, _ := json.Marshal(map[string]interface{}{"metadata": map[string]interface{}{"ownerReferences": nil, "uid": m.GetUID()}})
	var made runtime.Object
	var err error
	patch, none := types.MergePatchType, metav1.PatchOptions{}
	switch name {
	case "pods":
		made, err = c.client.CoreV1().Pods(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "replicasets":
		made, err = c.client.AppsV1().ReplicaSets(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "jobs":
		made, err = c.client.BatchV1().Jobs(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	case "controllerrevisions":
		made, err = c.client.AppsV1().ControllerRevisions(m.GetNamespace()).Patch(c.ctx, m.GetName(), patch, text, none)
	default:
		return true
	}
	return c.wrote(name, made, err) || apierrors.IsNotFound(err)
}
