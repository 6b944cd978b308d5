// Package inventorytest is the kit for authors of inventory backends: file
// systems written as text, targets on them, and the rules that every backend
// keeps, as a test.
//
// A backend's tests make a small machine with [FS] and hand it to [Run], which
// reads it as it is and then as an attacker would leave it:
//
//	func TestConformance(t *testing.T) {
//		fsys := inventorytest.FS(`
//	-- var/lib/dpkg/status --
//	Package: bash
//	...
//	`)
//		inventorytest.Run(t, dpkg.Backend{}, fsys, inventory.Host{})
//	}
//
// What a backend makes of a good database, package by package, is for its own
// tables of tests.
package inventorytest
