package apt_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apt"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

func TestConformance(t *testing.T) {
	backend := apt.Backend{Now: func() time.Time { return at }}
	fsys := with(machine(), listPath, offered)
	with(fsys, "etc/apt/apt.conf", "APT::Default-Release \"stable\";\n")
	with(fsys, "etc/apt/preferences.d/bash", "Package: bash\nPin: release o=A\nPin-Priority: 600\n")
	with(fsys, "etc/apt/sources.list.d/a.sources", "Types: deb\nURIs: http://a.example/debian\nSuites: stable\nComponents: main\n")
	fsys["var/lib/apt/periodic/update-success-stamp"] = &fstest.MapFile{ModTime: at}
	inventorytest.Run(t, backend, fsys, inventory.Host{})
}

func TestConformanceCompressed(t *testing.T) {
	backend := apt.Backend{Now: func() time.Time { return at }}
	for extension := range compressors {
		t.Run(extension, func(t *testing.T) {
			inventorytest.Run(t, backend, with(machine(), listPath+extension, compress(extension, offered)), inventory.Host{})
		})
	}
}

func Example() {
	fsys := inventorytest.FS(`
-- etc/apt/sources.list --
deb http://deb.example.org/debian-security bookworm-security main
-- var/lib/dpkg/status --
Package: curl
Status: install ok installed
Architecture: amd64
Version: 7.88.1-10+deb12u4

-- var/lib/apt/lists/deb.example.org_debian-security_dists_bookworm-security_InRelease --
Origin: Debian
Label: Debian-Security
Suite: oldstable-security
Version: 12
Codename: bookworm-security
Date: Sat, 21 Nov 2026 00:53:02 UTC
Valid-Until: Sat, 28 Nov 2026 00:53:02 UTC
-- var/lib/apt/lists/deb.example.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages --
Package: curl
Architecture: amd64
Version: 7.88.1-10+deb12u14
`)
	backend := apt.Backend{Now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }}
	result, err := backend.Collect(context.Background(), &inventory.Target{FS: fsys})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, u := range result.Updates {
		fmt.Printf("%s %s -> %s (%s, security: %s)\n", u.Package, u.Installed, u.Version, u.Archive, u.Security)
	}
	// Output:
	// curl 7.88.1-10+deb12u4 -> 7.88.1-10+deb12u14 (Debian-Security:12/oldstable-security, security: yes)
}
