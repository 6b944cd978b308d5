package host

import "strings"

// containerMarks are files that a container runtime puts into its containers.
var containerMarks = []struct{ name, kind string }{
	{"run/.containerenv", "podman"},
	{dockerMark, "docker"},
	{"var/run/secrets/kubernetes.io", "other"},
}

// dockerMark is in the root directory, so it comes along where a container's
// files are made into the disk of a virtual machine: see rootIsDisk.
const dockerMark = ".dockerenv"

// cgroupMarks are parts of the control group of a container's first process.
var cgroupMarks = []struct{ part, kind string }{
	{"/docker", "docker"},
	{"/libpod", "podman"},
	{"/lxc", "lxc"},
	{"/kubepods", "other"},
	{"containerd", "other"},
}

// container names the kind of container the running system is in. The manager
// says it in /run/systemd/container (systemd's container interface); others
// leave marks. The environment of the first process says it as well, but the
// environment of a process is not read: it holds secrets.
func (g *gatherer) container() string {
	const declared = "run/systemd/container"
	if text, ok := g.file(declared); ok {
		if kind := strings.TrimSpace(string(text)); kind != "" {
			return containerKind(kind)
		}
	}
	for _, m := range containerMarks {
		if g.exists(m.name) && !(m.name == dockerMark && g.rootIsDisk()) {
			return m.kind
		}
	}
	groups, _ := g.file("proc/1/cgroup")
	for _, m := range cgroupMarks {
		if strings.Contains(string(groups), m.part) {
			return m.kind
		}
	}
	return ""
}

// containerKind maps the manager's own word.
func containerKind(word string) string {
	for _, kind := range []string{"docker", "podman", "lxc"} {
		if strings.HasPrefix(word, kind) {
			return kind
		}
	}
	return "other"
}

// rootIsDisk says whether the root is a whole file system on a block device, as
// that of a machine is. Containers have layers, or a directory of a disk.
func (g *gatherer) rootIsDisk() bool {
	mounts, _ := g.proc("proc/self/mountinfo")
	disk := false
	for line := range strings.Lines(string(mounts)) {
		// ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS... - TYPE SOURCE OPTIONS
		// (proc_pid_mountinfo(5)). The last mount on "/" is the one in use.
		mount, device, _ := strings.Cut(line, " - ")
		m, d := strings.Fields(mount), strings.Fields(device)
		if len(m) > 4 && len(d) > 1 && m[4] == "/" {
			disk = m[3] == "/" && strings.HasPrefix(d[1], "/dev/")
		}
	}
	return disk
}
