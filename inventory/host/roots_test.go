package host_test

import (
	"path/filepath"
	"testing"

	"github.com/keeppatched/keeppatched/inventory/host"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

func TestRealRoots(t *testing.T) {
	shared := inventorytest.Shared(t)
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
