package host_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory/host"
)

// tree makes a root below a directory that also holds files which the root must
// not give: they have the names that links in the root would reach if they were
// not resolved inside. An entry "name -> target" is a link, "name/" a directory,
// any other a file with its own path as content.
func tree(t testing.TB, entries ...string) string {
	t.Helper()
	outside := t.TempDir()
	root := filepath.Join(outside, "machine", "root")
	for _, dir := range []string{outside, filepath.Dir(root)} {
		write(t, filepath.Join(dir, "etc", "passwd"), "outside")
		write(t, filepath.Join(dir, "secret"), "outside")
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, target, isLink := strings.Cut(e, " -> ")
		path := filepath.Join(root, filepath.FromSlash(name))
		switch {
		case isLink:
			link(t, strings.ReplaceAll(target, "OUTSIDE", filepath.ToSlash(outside)), path)
		case strings.HasSuffix(name, "/"):
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
		default:
			write(t, path, name)
		}
	}
	return root
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t testing.TB, target, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
}

func mount(t testing.TB, root string, opts ...host.Option) fs.FS {
	t.Helper()
	target, err := host.Mounted(root, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeTarget(t, target) })
	return target.FS
}

func TestLinksStayInside(t *testing.T) {
	entries := []string{
		"etc/os-release", "etc/passwd", "usr/lib/file", "usr/lib/deep/file", "file",
		"absolute -> /etc/passwd",
		"twice -> /absolute",
		"relative -> etc/passwd",
		"usr/up -> ../etc/passwd",
		"usr/lib/above -> ../../../../../../etc/passwd",
		"usr/lib/abovesecret -> ../../../../secret",
		"host -> OUTSIDE/secret",
		"lib -> usr/lib",
		"abslib -> /usr/lib",
		"usr/lib/deeplink -> /lib/deep",
		"dots -> /usr/./lib/.././../usr//lib/file",
		"top -> /",
		"topdots -> ../../..",
		"throughfile -> file/../etc/passwd",
		"slash -> file/",
		"dirslash -> etc/",
		"dangling -> /nowhere",
		"self -> self",
		"ping -> /pong", "pong -> ping",
		"zero -> /dev/zero",
	}
	fsys := mount(t, tree(t, entries...))
	for _, tt := range []struct {
		path string
		want string // content; empty: an error
		err  error  // nil: any
	}{
		{path: "absolute", want: "etc/passwd"},
		{path: "twice", want: "etc/passwd"},
		{path: "relative", want: "etc/passwd"},
		{path: "usr/up", want: "etc/passwd"},
		{path: "usr/lib/above", want: "etc/passwd"},
		{path: "lib/above", want: "etc/passwd"},
		{path: "lib/file", want: "usr/lib/file"},
		{path: "abslib/file", want: "usr/lib/file"},
		{path: "abslib/deeplink/file", want: "usr/lib/deep/file"},
		{path: "dots", want: "usr/lib/file"},
		{path: "top/etc/passwd", want: "etc/passwd"},
		{path: "top/top/topdots/top/file", want: "file"},
		{path: "dirslash/passwd", want: "etc/passwd"},
		{path: "usr/lib/abovesecret", err: fs.ErrNotExist},
		{path: "host", err: fs.ErrNotExist},
		{path: "dangling", err: fs.ErrNotExist},
		{path: "zero", err: fs.ErrNotExist},
		{path: "throughfile"},
		{path: "slash"},
		{path: "file/x"},
		{path: "self", err: host.ErrTooManyLinks},
		{path: "ping", err: host.ErrTooManyLinks},
		{path: "ping/x", err: host.ErrTooManyLinks},
		{path: "../secret", err: fs.ErrInvalid},
		{path: "/etc/passwd", err: fs.ErrInvalid},
	} {
		got, err := fs.ReadFile(fsys, tt.path)
		if string(got) != tt.want || (err == nil) != (tt.want != "") || (tt.err != nil && !errors.Is(err, tt.err)) {
			t.Errorf("ReadFile(%q) = %q, %v, want %q, %v", tt.path, got, err, tt.want, tt.err)
		}
	}
}

func TestErrorsNameThePathBelowTheRoot(t *testing.T) {
	root := tree(t, "etc/os-release", "link -> /gone")
	fsys := mount(t, root)
	_, err := fsys.Open("link")
	if perr := (*fs.PathError)(nil); !errors.As(err, &perr) || perr.Path != "link" || strings.Contains(err.Error(), root) {
		t.Errorf("Open gives %v, want an *fs.PathError that names only link", err)
	}
}

func TestLinkLimit(t *testing.T) {
	var entries []string
	name := func(i int) string { return "l" + strings.Repeat("x", i) }
	entries = append(entries, "etc/os-release", "end")
	for i := range 50 {
		// Absolute, so that every one of them is counted here.
		next := "/" + name(i+1)
		if i == 49 {
			next = "/end"
		}
		entries = append(entries, name(i)+" -> "+next)
	}
	fsys := mount(t, tree(t, entries...))
	if got, err := fs.ReadFile(fsys, name(10)); string(got) != "end" {
		t.Errorf("40 links: %q, %v, want the file", got, err)
	}
	if _, err := fs.ReadFile(fsys, name(9)); !errors.Is(err, host.ErrTooManyLinks) {
		t.Errorf("41 links: %v, want ErrTooManyLinks", err)
	}
}

func TestPathLimits(t *testing.T) {
	long := "/" + strings.Repeat("d/../", 400) + "d" // steps without end
	fsys := mount(t, tree(t, "etc/os-release", "d/f", "steps -> "+long,
		// Each link puts its 2,000 bytes in front of the rest.
		"grow -> /"+strings.Repeat("./", 1000)+"grow/x"))
	for _, name := range []string{
		strings.Repeat("d/", 300) + "f",
		strings.Repeat("n", 5000),
	} {
		if _, err := fsys.Open(name); !errors.Is(err, host.ErrPathTooLong) {
			t.Errorf("Open of %.20q... gives %v, want ErrPathTooLong", name, err)
		}
	}
	if _, err := fsys.Open("grow"); !errors.Is(err, host.ErrPathTooLong) {
		t.Errorf("growing link: %v, want ErrPathTooLong", err)
	}
	if _, err := fs.ReadFile(fsys, "steps/f"); err != nil {
		t.Errorf("800 steps: %v, want the file", err)
	}
}

func TestLinkFS(t *testing.T) {
	fsys := mount(t, tree(t, "etc/os-release", "usr/lib/file", "lib -> /usr/lib", "usr/lib/l -> /a b/../c"))
	target, err := fs.ReadLink(fsys, "lib/l")
	if target != "/a b/../c" || err != nil {
		t.Errorf("ReadLink = %q, %v, want the target as it is", target, err)
	}
	info, err := fs.Lstat(fsys, "lib/l")
	if err != nil || info.Mode().Type() != fs.ModeSymlink || info.Name() != "l" {
		t.Errorf("Lstat = %v, %v, want a link named l", info, err)
	}
	info, err = fs.Stat(fsys, "lib")
	if err != nil || !info.IsDir() || info.Name() != "lib" {
		t.Errorf("Stat = %v, %v, want a directory named lib", info, err)
	}
	if _, err := fs.ReadLink(fsys, "lib/file"); err == nil {
		t.Error("ReadLink of a file gives no error")
	}
}

func TestFSConforms(t *testing.T) {
	fsys := mount(t, tree(t, "etc/os-release", "usr/lib/file", "usr/share/empty/", "lib -> /usr/lib", "etc/l -> os-release"))
	if err := fstest.TestFS(fsys, "etc/os-release", "usr/lib/file", "lib", "etc/l"); err != nil {
		t.Error(err)
	}
}

func TestDirectoryLimit(t *testing.T) {
	var entries []string
	for i := range 30 {
		entries = append(entries, "etc/"+strings.Repeat("f", i+1))
	}
	root := tree(t, entries...)
	for _, tt := range []struct {
		limit, want int
		err         error
	}{
		{29, 29, host.ErrTooManyEntries},
		{30, 30, nil},
		{31, 30, nil},
	} {
		fsys := mount(t, root, host.WithMaxEntries(tt.limit))
		got, err := fs.ReadDir(fsys, "etc")
		if len(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("limit %d: %d entries, %v, want %d, %v", tt.limit, len(got), err, tt.want, tt.err)
		}
		f, err := fsys.Open("etc")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for err == nil {
			var some []fs.DirEntry
			some, err = f.(fs.ReadDirFile).ReadDir(7)
			n += len(some)
		}
		if n != tt.want || (tt.err != nil && !errors.Is(err, tt.err)) {
			t.Errorf("limit %d: %d entries in steps, %v, want %d, %v", tt.limit, n, err, tt.want, tt.err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestReadDirOfFile(t *testing.T) {
	fsys := mount(t, tree(t, "etc/os-release"))
	if _, err := fs.ReadDir(fsys, "etc/os-release"); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("ReadDir of a file gives %v", err)
	}
}

func TestMountedRefuses(t *testing.T) {
	root := tree(t, "file", "empty/", "var/", "odd/home/")
	for _, tt := range []struct {
		dir  string
		want error // nil: any
	}{
		{filepath.Join(root, "file"), nil},
		{filepath.Join(root, "nowhere"), fs.ErrNotExist},
		{filepath.Join(root, "empty"), host.ErrNotRoot},
		{filepath.Join(root, "odd"), host.ErrNotRoot},
	} {
		target, err := host.Mounted(tt.dir)
		if target != nil || err == nil || (tt.want != nil && !errors.Is(err, tt.want)) {
			t.Errorf("Mounted(%q) = %v, %v, want %v", tt.dir, target, err, tt.want)
		}
	}
	target, err := host.Mounted(root) // which has a var directory
	if err != nil {
		t.Fatal(err)
	}
	defer closeTarget(t, target)
	if len(target.Problems) != 1 || !errors.Is(target.Problems[0], host.ErrNoOS) {
		t.Errorf("a root without os-release has problems %v, want ErrNoOS", target.Problems)
	}
}

func TestClosedTarget(t *testing.T) {
	target, err := host.Mounted(tree(t, "etc/os-release"))
	if err != nil {
		t.Fatal(err)
	}
	closeTarget(t, target)
	if _, err := target.FS.Open("etc/os-release"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Open after Close gives %v, want fs.ErrClosed", err)
	}
}

func TestReadDirSorted(t *testing.T) {
	fsys := mount(t, tree(t, "etc/c", "etc/a", "etc/b/x", "etc/l -> /etc/a"))
	entries, err := fs.ReadDir(fsys, "etc")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, info.Mode().Type().String()[:1]+e.Name())
	}
	if diff := cmp.Diff([]string{"-a", "db", "-c", "Ll"}, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}
