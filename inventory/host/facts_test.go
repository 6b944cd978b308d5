package host_test

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/host"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

// machine makes a root from a txtar archive.
func machine(t testing.TB, archive string) string {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, inventorytest.FS(archive)); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestMounted(t *testing.T) {
	root := machine(t, `
-- usr/lib/os-release --
ID=debian
VERSION_ID=12
-- etc/hostname --
# the name

web1
-- proc/sys/kernel/osrelease --
1.2.3
-- proc/stat --
btime 1700000000
-- .dockerenv --
-- lib/modules/6.1.0-18-amd64/modules.dep --
-- lib/modules/6.1.0-9-amd64/kernel/fs/ext4.ko --
-- lib/modules/5.10.0-removed/modules.softdep --
`)
	link(t, "/usr/lib/os-release", filepath.Join(root, "etc", "os-release"))
	target, err := host.Mounted(root)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTarget(t, target)
	want := inventory.Host{
		Name:   "web1",
		OS:     inventory.OS{ID: "debian", VersionID: "12", Family: "debian"},
		Kernel: inventory.Kernel{Installed: []string{"6.1.0-18-amd64", "6.1.0-9-amd64"}},
	}
	if diff := cmp.Diff(want, target.Host); diff != "" {
		t.Errorf("host (-want +got):\n%s", diff)
	}
	if len(target.Problems) > 0 {
		t.Errorf("problems %v, want none", target.Problems)
	}
}

func TestMergedUsr(t *testing.T) {
	root := machine(t, "-- usr/lib/modules/6.9.1/modules.dep --\n-- usr/lib/os-release --\nID=arch\n")
	link(t, "usr/lib", filepath.Join(root, "lib"))
	target, err := host.Mounted(root)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTarget(t, target)
	if diff := cmp.Diff([]string{"6.9.1"}, target.Host.Kernel.Installed); diff != "" {
		t.Errorf("kernels (-want +got):\n%s", diff)
	}
}

func TestHostileNames(t *testing.T) {
	target := host.FromFS(fstest.MapFS{
		"etc/os-release":                {Data: []byte("ID=x")},
		"etc/hostname":                  {Data: []byte("a\x1b[2Jb\n")},
		"lib/modules/6\x1b/modules.dep": {},
	}, inventory.Host{})
	if got := target.Host; got.Name != "a\ufffd[2Jb" || got.Kernel.Installed[0] != "6\ufffd" {
		t.Errorf("host %+v, want names without escapes", got)
	}
	if len(target.Problems) != 2 {
		t.Errorf("problems %v, want two", target.Problems)
	}
}

func TestLiveFacts(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("these facts are Linux's")
	}
	for _, tt := range []struct {
		name     string
		archive  string
		want     inventory.Host // Name is the real one
		problems []string
	}{
		{"machine", `
-- proc/sys/kernel/osrelease --
6.1.0-18-amd64
-- proc/sys/kernel/arch --
aarch64
-- proc/stat --
cpu  1 2 3
intr 5 0 0
btime 1700000000
processes 7
`, inventory.Host{Arch: "arm64", Kernel: inventory.Kernel{Running: "6.1.0-18-amd64"}, BootTime: time.Unix(1700000000, 0).UTC()}, nil},
		{"no proc", ``, inventory.Host{Arch: runtime.GOARCH}, []string{
			"proc/sys/kernel/osrelease: no such file or directory", "proc/stat: no such file or directory"}},
		{"no boot time", `
-- proc/sys/kernel/osrelease --
6.1
-- proc/stat --
btime soon
`, inventory.Host{Arch: runtime.GOARCH, Kernel: inventory.Kernel{Running: "6.1"}}, []string{
			"proc/stat: btime: has no line with the boot time"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target, err := host.LiveIn(machine(t, "-- etc/os-release --\nID=debian\n"+tt.archive))
			if err != nil {
				t.Fatal(err)
			}
			defer closeTarget(t, target)
			tt.want.Live = true
			tt.want.OS = inventory.OS{ID: "debian", Family: "debian"}
			tt.want.Name, _ = os.Hostname()
			if diff := cmp.Diff(tt.want, target.Host); diff != "" {
				t.Errorf("host (-want +got):\n%s", diff)
			}
			var got []string
			for _, p := range target.Problems {
				got = append(got, p.Error())
			}
			if diff := cmp.Diff(tt.problems, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestContainer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("containers are looked for on Linux")
	}
	const overlay = "-- proc/self/mountinfo --\n" +
		"1 0 0:50 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/X\n2 1 254:1 / /data rw - ext4 /dev/vdb rw\n"
	for _, tt := range []struct{ name, archive, want string }{
		{"none", "-- proc/1/cgroup --\n0::/init.scope\n", ""},
		{"docker", "-- .dockerenv --\n" + overlay, "docker"},
		{"docker without mounts", "-- .dockerenv --\n", "docker"},
		{"docker on btrfs", "-- .dockerenv --\n-- proc/self/mountinfo --\n" +
			"1 0 0:50 /var/lib/docker/btrfs/subvolumes/a / rw shared:1 - btrfs /dev/sda1 rw\n", "docker"},
		{"machine from an image", "-- .dockerenv --\n-- proc/self/mountinfo --\n" +
			"1 0 0:1 / / rw - rootfs rootfs rw\n27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n", ""},
		{"podman", "-- run/.containerenv --\n" + overlay, "podman"},
		{"declared lxc", "-- run/systemd/container --\nlxc\n", "lxc"},
		{"declared lxc-libvirt", "-- run/systemd/container --\nlxc-libvirt\n", "lxc"},
		{"declared nspawn", "-- run/systemd/container --\nsystemd-nspawn", "other"},
		{"declared before marks", "-- run/systemd/container --\npodman\n-- .dockerenv --\n", "podman"},
		{"kubernetes", "-- var/run/secrets/kubernetes.io/serviceaccount/namespace --\ndefault", "other"},
		{"cgroup docker", "-- proc/1/cgroup --\n5:cpu:/docker/0123\n", "docker"},
		{"cgroup podman", "-- proc/1/cgroup --\n0::/machine.slice/libpod-0123.scope\n", "podman"},
		{"cgroup lxc", "-- proc/1/cgroup --\n5:cpu:/lxc/web\n", "lxc"},
		{"cgroup kubernetes", "-- proc/1/cgroup --\n5:cpu:/kubepods/burstable/pod1/2\n", "other"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target, err := host.LiveIn(machine(t, "-- etc/os-release --\nID=debian\n"+tt.archive))
			if err != nil {
				t.Fatal(err)
			}
			defer closeTarget(t, target)
			if got := target.Host.Container; got != tt.want {
				t.Errorf("container %q, want %q", got, tt.want)
			}
		})
	}
}

// noEnviron fails a test that reads the environment of a process.
type noEnviron struct {
	fs.FS
	t *testing.T
}

func (n noEnviron) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, "/environ") {
		n.t.Errorf("opens %s", name)
	}
	return n.FS.Open(name)
}

func TestMachineID(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef"
	open := func(file, text string, opts ...host.Option) *inventory.Target {
		fsys := fstest.MapFS{"etc/os-release": {Data: []byte("ID=x")}, file: {Data: []byte(text)}}
		return host.FromFS(noEnviron{fsys, t}, inventory.Host{}, opts...)
	}
	plain := open("etc/machine-id", id+"\n").Host.ID
	if b, err := hex.DecodeString(plain); err != nil || len(b) != 32 || strings.Contains(plain, id) {
		t.Errorf("ID %q, want 64 hexadecimal digits without the machine id", plain)
	}
	if got := open("var/lib/dbus/machine-id", id).Host.ID; got != plain {
		t.Errorf("ID by D-Bus %q, want %q", got, plain)
	}
	salted := open("etc/machine-id", id, host.WithSalt([]byte("msp"))).Host.ID
	if salted == plain || salted == "" {
		t.Errorf("ID with a salt %q, without %q", salted, plain)
	}
	for text, problems := range map[string]int{
		"": 0, "uninitialized\n": 0,
		strings.Repeat("0", 32): 1, id[1:]: 1, id + "0": 1, "not hexadecimal at all, sorry...": 1,
	} {
		target := open("etc/machine-id", text)
		if target.Host.ID != "" || len(target.Problems) != problems {
			t.Errorf("machine id %q gives %q with problems %v, want none with %d", text, target.Host.ID, target.Problems, problems)
		}
		for _, p := range target.Problems {
			if strings.Contains(p.Error(), text) {
				t.Errorf("problem %q shows the machine id", p)
			}
		}
	}
}

// elf is the start of an ELF header.
func elf(class, order byte, machine uint16) []byte {
	head := make([]byte, 64)
	copy(head, "\x7fELF")
	head[4], head[5] = class, order
	head[18], head[19] = byte(machine), byte(machine>>8)
	if order == 2 {
		head[18], head[19] = head[19], head[18]
	}
	return head
}

func TestArch(t *testing.T) {
	script := []byte("#!/bin/busybox sh\necho this is not a program\n")
	for _, tt := range []struct {
		name     string
		files    map[string][]byte
		want     string
		problems int
	}{
		{"amd64", map[string][]byte{"bin/sh": elf(2, 1, 62)}, "amd64", 0},
		{"arm64", map[string][]byte{"usr/bin/env": elf(2, 1, 183)}, "arm64", 0},
		{"386", map[string][]byte{"bin/sh": elf(1, 1, 3)}, "386", 0},
		{"s390x", map[string][]byte{"bin/sh": elf(2, 2, 22)}, "s390x", 0},
		{"ppc64", map[string][]byte{"bin/sh": elf(2, 2, 21)}, "ppc64", 0},
		{"ppc64le", map[string][]byte{"bin/sh": elf(2, 1, 21)}, "ppc64le", 0},
		{"loader only", map[string][]byte{"lib/ld-musl-aarch64.so.1": elf(2, 1, 183)}, "arm64", 0},
		{"script, then program", map[string][]byte{"bin/sh": script, "bin/busybox": elf(1, 1, 40)}, "arm", 0},
		{"unknown machine", map[string][]byte{"bin/sh": elf(2, 1, 9999)}, "", 1},
		{"short", map[string][]byte{"bin/sh": []byte("\x7fELF\x02\x01")}, "", 1},
		{"nothing", nil, "", 0},
	} {
		fsys := fstest.MapFS{"etc/os-release": {Data: []byte("ID=x")}}
		for name, data := range tt.files {
			fsys[name] = &fstest.MapFile{Data: data}
		}
		target := host.FromFS(fsys, inventory.Host{})
		if target.Host.Arch != tt.want || len(target.Problems) != tt.problems {
			t.Errorf("%s: %q with problems %v, want %q with %d", tt.name, target.Host.Arch, target.Problems, tt.want, tt.problems)
		}
	}
}

func TestFromFSGivenFacts(t *testing.T) {
	fsys := inventorytest.FS(`
-- etc/os-release --
ID=debian
VERSION_ID="12"
VERSION_CODENAME=bookworm
-- etc/hostname --
seen
`)
	for _, tt := range []struct {
		name        string
		given, want inventory.Host
	}{
		{"nothing", inventory.Host{}, inventory.Host{Name: "seen",
			OS: inventory.OS{ID: "debian", VersionID: "12", Codename: "bookworm", Family: "debian"}}},
		{"name and version", inventory.Host{Name: "given", OS: inventory.OS{VersionID: "11"}}, inventory.Host{Name: "given",
			OS: inventory.OS{ID: "debian", VersionID: "11", Codename: "bookworm", Family: "debian"}}},
		{"another system", inventory.Host{OS: inventory.OS{ID: "acme", IDLike: []string{"sles"}}}, inventory.Host{Name: "seen",
			OS: inventory.OS{ID: "acme", IDLike: []string{"sles"}, Family: "suse"}}},
	} {
		if diff := cmp.Diff(tt.want, host.FromFS(fsys, tt.given).Host); diff != "" {
			t.Errorf("%s: host (-want +got):\n%s", tt.name, diff)
		}
	}
	target := host.FromFS(fstest.MapFS{}, inventory.Host{OS: inventory.OS{ID: "debian"}})
	if len(target.Problems) > 0 {
		t.Errorf("with a given system: problems %v, want none", target.Problems)
	}
}

// denied is a file system with one file that cannot be read.
type denied struct {
	fs.FS
	name string
}

func (d denied) Open(name string) (fs.File, error) {
	if name == d.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return d.FS.Open(name)
}

func TestUnreadableFactsAreProblems(t *testing.T) {
	fsys := inventorytest.FS(`
-- etc/os-release --
ID=debian
-- usr/lib/os-release --
ID=debian
-- etc/machine-id --
-- etc/hostname --
-- bin/sh --
-- lib/modules/6.1/modules.dep --
`)
	for _, name := range []string{"etc/os-release", "etc/machine-id", "etc/hostname", "bin/sh", "lib/modules",
		"lib/modules/6.1/modules.dep"} {
		target := host.FromFS(denied{fsys, name}, inventory.Host{})
		found := false
		for _, p := range target.Problems {
			found = found || p.Path == name && errors.Is(p, fs.ErrPermission)
		}
		if !found || target.Host.OS.ID != "debian" {
			t.Errorf("without %s: OS %q, problems %v, want one of it", name, target.Host.OS.ID, target.Problems)
		}
	}
}

func TestLive(t *testing.T) {
	target, err := host.Live()
	if err != nil {
		t.Fatal(err)
	}
	defer closeTarget(t, target)
	h := target.Host
	if !h.Live || h.Arch == "" || h.OS.ID == "" && len(target.Problems) == 0 {
		t.Errorf("host %+v, problems %v", h, target.Problems)
	}
	if runtime.GOOS == "linux" {
		now := time.Now()
		if h.Kernel.Running == "" || h.BootTime.IsZero() || h.BootTime.After(now) {
			t.Errorf("kernel %+v, boot time %v at %v", h.Kernel, h.BootTime, now)
		}
	}
	if _, err := fs.Stat(target.FS, "."); err != nil {
		t.Error(err)
	}
}
