package dpkg_test

import (
	"context"
	"fmt"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

func Example() {
	// Usually a target comes from package inventory/host.
	target := &inventory.Target{FS: inventorytest.FS(`
-- var/lib/dpkg/status --
Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.15-1~deb12u1

Package: vim
Status: deinstall ok config-files
Architecture: amd64
Version: 2:9.0.1378-2

`)}
	result, err := dpkg.Backend{}.Collect(context.Background(), target)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range result.Packages {
		fmt.Println(p.Name, p.Version, "from", p.Source)
	}
	fmt.Println(result.Notes)
	// Output:
	// libssl3 3.0.15-1~deb12u1 from openssl
	// [left out, removed except for configuration (config-files): 1]
}
