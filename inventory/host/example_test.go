package host_test

import (
	"fmt"
	"testing/fstest"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/host"
)

// Any file system will do: an archive, an image, a test's own.
func ExampleFromFS() {
	image := fstest.MapFS{
		"etc/os-release": {Data: []byte("ID=almalinux\nVERSION_ID=\"9.4\"\nnot an assignment\n")},
		"etc/hostname":   {Data: []byte("db1\n")},
	}
	target := host.FromFS(image, inventory.Host{Name: "db1.example.net"})

	fmt.Println(target.Host.Name, target.Host.OS.ID, target.Host.OS.VersionID, target.Host.OS.Family)
	for _, p := range target.Problems {
		fmt.Println(p)
	}
	// Output:
	// db1.example.net almalinux 9.4 rhel
	// etc/os-release: line 3: not an assignment
}
