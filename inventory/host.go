package inventory

import "time"

// Host is what is known of the machine itself. Unknown facts are zero.
type Host struct {
	// ID identifies the machine without revealing its machine id: a salted
	// hash, hexadecimal. Empty where the machine has none.
	ID string `json:"id,omitempty"`
	// Name is the machine's host name, without a promise that it is unique.
	Name string `json:"name,omitempty"`
	OS   OS     `json:"os"`
	// Arch is the machine's architecture in Go's terms ("amd64", "arm64").
	Arch   string `json:"arch,omitempty"`
	Kernel Kernel `json:"kernel"`
	// BootTime is when the running system started, UTC. Zero: unknown, as for
	// every root that is not running.
	BootTime time.Time `json:"boot_time,omitzero"`
	// Container names the kind of container the system runs in ("docker",
	// "podman", "lxc", "other"). Empty means none was seen, or not running.
	Container string `json:"container,omitempty"`
	// Live says that the inventory is of the running system, so that Kernel
	// and BootTime describe what is in memory.
	Live bool `json:"live"`
}

// OS is the operating system as it describes itself: on Linux, os-release(5).
type OS struct {
	// ID is the ID of os-release in lower case ("debian", "almalinux", "sles"),
	// or "windows", "macos", "freebsd".
	ID string `json:"id"`
	// IDLike are the systems it descends from, closest first.
	IDLike    []string `json:"id_like,omitempty"`
	VersionID string   `json:"version_id"`
	Version   string   `json:"version,omitempty"`
	Codename  string   `json:"codename"`
	// Family groups systems by package format: "debian", "rhel", "suse",
	// "alpine", "arch", "windows", "macos", ... Empty means unknown.
	Family     string `json:"family"`
	PrettyName string `json:"pretty_name,omitempty"`
	// CPE is CPE_NAME of os-release.
	CPE     string `json:"cpe,omitempty"`
	Variant string `json:"variant,omitempty"` // VARIANT_ID of os-release
}

// Kernel says which kernel runs and which could run after a restart.
type Kernel struct {
	// Running is the release of the running kernel (uname -r). Empty where the
	// target is not the running system.
	Running string `json:"running,omitempty"`
	// Installed are the releases found below /lib/modules, sorted as text.
	Installed []string `json:"installed,omitempty"`
}
