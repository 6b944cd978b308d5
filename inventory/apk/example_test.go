package apk_test

import (
	"context"
	"fmt"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apk"
	"github.com/keeppatched/keeppatched/inventory/inventorytest"
)

func Example() {
	// Usually a target comes from package inventory/host.
	target := &inventory.Target{FS: inventorytest.FS(`
-- lib/apk/db/installed --
P:libssl3
V:3.1.4-r1
A:x86_64
o:openssl

P:.build-deps
V:20240101.120000

`)}
	result, err := apk.Backend{}.Collect(context.Background(), target)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range result.Packages {
		fmt.Println(p.Name, p.Version, "from", p.Source)
	}
	fmt.Println(result.Notes)
	// Output:
	// libssl3 3.1.4-r1 from openssl
	// [updates that apk has on offer are not read left out, virtual packages: 1]
}
