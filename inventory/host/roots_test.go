package host_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keeppatched/keeppatched/inventory/host"
)

// sharedDir is the folder of test data beside the project, which is not always there.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			shared := filepath.Join(filepath.Dir(dir), "shared")
			if _, err := os.Stat(shared); err != nil {
				t.Skip("no shared test data beside the project")
			}
			return shared
		}
		dir = filepath.Dir(dir)
	}
	t.Skip("no go.mod above the working directory")
	return ""
}

func TestRealRoots(t *testing.T) {
	shared := sharedDir(t)
	for name, want := range map[string][3]string{
		"almalinux8":    {"almalinux", "8.10", "rhel"},
		"alpine":        {"alpine", "3.12.0", "alpine"},
		"fedora35":      {"fedora", "35", "rhel"},
		"rpm-bdb-small": {"centos", "7", "rhel"},
		"sles15":        {"sles", "15.3", "suse"},
	} {
		target, err := host.Mounted(filepath.Join(shared, "hosts", name))
		if err != nil {
			t.Error(err)
			continue
		}
		os := target.Host.OS
		if got := [3]string{os.ID, os.VersionID, os.Family}; got != want || len(target.Problems) > 0 {
			t.Errorf("%s: %v, problems %v, want %v", name, got, target.Problems, want)
		}
		closeTarget(t, target)
	}
}
