package apt_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apt"
)

// run runs a tool of apt, or skips where there is none.
func run(t *testing.T, tool string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("no oracle: %v", err)
	}
	cmd := exec.Command(tool, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "LANGUAGE=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", tool, strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// listed is a line of "apt list --upgradable".
type listed struct {
	Name, Version, Arch, Installed string
	Suites                         string
}

var listLine = regexp.MustCompile(`^([^/]+)/(\S+) (\S+) (\S+) \[upgradable from: (\S+)\]$`)

func aptList(t *testing.T, options ...string) map[string]listed {
	t.Helper()
	all := map[string]listed{}
	for line := range strings.Lines(run(t, "apt", append(options, "list", "--upgradable")...)) {
		m := listLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		all[m[1]+":"+m[4]] = listed{m[1], m[3], m[4], m[5], m[2]}
	}
	return all
}

// suites gives the suites of archives, as apt lists them.
func suites(archives string) string {
	var suites []string
	for _, a := range strings.Split(archives, ",") {
		suites = append(suites, a[strings.LastIndexAny(a, "/:")+1:])
	}
	return strings.Join(suites, ",")
}

// TestThisMachine compares with apt on the machine that the test runs on. Of
// the security updates, apt's list shows only those that a security archive
// itself carries.
func TestThisMachine(t *testing.T) {
	want := aptList(t)
	result, err := apt.Backend{Now: time.Now}.Collect(t.Context(), &inventory.Target{FS: os.DirFS("/")})
	if err != nil {
		t.Skipf("no lists to compare: %v", err)
	}
	for _, p := range result.Problems {
		t.Log(p)
	}
	for _, n := range result.Notes {
		t.Log(n)
	}
	got := map[string]listed{}
	for _, u := range result.Updates {
		if strings.Contains(u.Archive, "-security") && u.Security != inventory.SecurityYes {
			t.Errorf("%s is from %s, but Security is %s", u.Package, u.Archive, u.Security)
		}
		got[u.Package+":"+u.Arch] = listed{u.Package, u.Version, u.Arch, u.Installed, suites(u.Archive)}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("updates (-apt +here):\n%s", diff)
	}
	if len(want) == 0 {
		t.Skip("nothing is upgradable here")
	}
	t.Logf("%d updates, as apt lists them", len(want))
}

// TestFixturesAgainstApt asks apt itself which updates a fixture's machine has.
func TestFixturesAgainstApt(t *testing.T) {
	fixtures(t, func(t *testing.T, file string) {
		f := load(t, file)
		root := t.TempDir()
		if err := os.CopyFS(root, f.fsys); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{"etc/apt/preferences.d", "etc/apt/apt.conf.d", "etc/apt/sources.list.d", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial"} {
			if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		conf := filepath.Join(t.TempDir(), "apt.conf")
		options := fmt.Sprintf("Dir %q;\nDir::State::status %q;\nAPT::Architecture \"amd64\";\nAPT::Architectures { \"amd64\"; \"i386\"; };\n",
			root, filepath.Join(root, "var/lib/dpkg/status"))
		if err := os.WriteFile(conf, []byte(options), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Setenv("APT_CONFIG", conf)
		want := map[string]bool{}
		for _, l := range aptList(t) {
			want[l.Name+" "+l.Installed+" "+l.Version] = true
		}
		if len(want) == 0 {
			t.Fatal("apt finds nothing, so this compares nothing")
		}
		result, err := collect(f.fsys)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, u := range result.Updates {
			got[u.Package+" "+u.Installed+" "+u.Version] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("updates (-apt +here):\n%s", diff)
			t.Log(run(t, "apt-cache", "policy"))
		}
	})
}
