package apt_test

import (
	"os"
	"os/exec"
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
	Security                       bool
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
		all[m[1]+":"+m[4]] = listed{m[1], m[3], m[4], m[5], strings.Contains(m[2], "-security")}
	}
	return all
}

// TestThisMachine compares with apt on the machine that the test runs on. Of
// which updates are security updates, apt's list knows only those whose own
// archive is a security archive.
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
		security := strings.Contains(u.Archive, "-security")
		if security && u.Security != inventory.SecurityYes {
			t.Errorf("%s is from %s, but Security is %s", u.Package, u.Archive, u.Security)
		}
		got[u.Package+":"+u.Arch] = listed{u.Package, u.Version, u.Arch, u.Installed, security}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("updates (-apt +here):\n%s", diff)
	}
	if len(want) == 0 {
		t.Skip("nothing is upgradable here")
	}
	t.Logf("%d updates, as apt lists them", len(want))
}
