package scanner

import "runtime/debug"

// modulePath is this module's path, as it stands in go.mod.
const modulePath = "github.com/keeppatched/keeppatched"

// Version is the version of this module in the running program, as its build
// information tells: "(devel)" where it was built from a work tree.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	for _, dep := range info.Deps {
		if dep.Path == modulePath {
			return dep.Version
		}
	}
	if info.Main.Path == modulePath && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
