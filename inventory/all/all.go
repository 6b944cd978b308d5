// Package all lists the backends that a program asks for unless it has a
// reason not to. A program that wants a few of them imports those instead, and
// links no other.
package all

import (
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/apk"
	"github.com/keeppatched/keeppatched/inventory/apt"
	"github.com/keeppatched/keeppatched/inventory/dpkg"
	"github.com/keeppatched/keeppatched/inventory/rpm"
)

// Backends gives the default backends, each in its default settings, in the
// order of their names. The slice is the caller's own.
func Backends() []inventory.Backend {
	return []inventory.Backend{
		apk.Backend{},
		apt.Backend{},
		dpkg.Backend{},
		rpm.Backend{},
	}
}
