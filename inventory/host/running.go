package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// running reads the facts of the running system. On systems other than Linux
// they are only what the Go runtime knows, and a problem says so.
func (g *gatherer) running() {
	g.host.Live = true
	g.host.Name = g.runningName()
	g.host.Arch = runtime.GOARCH
	if runtime.GOOS == "linux" {
		g.runningLinux()
		return
	}
	g.nameOS(runtime.GOOS)
	g.problem("", "", fmt.Errorf("boot time, running kernel and container are not read on %s", runtime.GOOS))
}

// osNames are the systems that do not describe themselves in a file.
var osNames = map[string]string{"windows": "windows", "darwin": "macos"}

func (g *gatherer) nameOS(goos string) {
	id, ok := osNames[goos]
	if !ok || g.host.OS.ID != "" {
		return
	}
	g.drop(ErrNoOS)
	g.host.OS.ID, g.host.OS.Family = id, family(id, nil)
	g.problem("", "", fmt.Errorf("the version of %s is not read", id))
}

func (g *gatherer) runningName() string {
	name, err := os.Hostname()
	if err != nil {
		g.problem("", "host name", err)
	}
	return g.clean("", "host name", name)
}

func (g *gatherer) runningLinux() {
	// This program may be a 32-bit one on a 64-bit kernel.
	if machine, ok := g.file("proc/sys/kernel/arch"); ok { // since Linux 6.1
		if arch, ok := unameArchs[strings.TrimSpace(string(machine))]; ok {
			g.host.Arch = arch
		}
	}
	g.host.Kernel.Running = g.runningKernel()
	g.host.BootTime = g.bootTime()
	g.host.Container = g.container()
}

// maxProc is the size of the largest file of /proc that is read: /proc/stat has
// a line for each processor and a number for each interrupt.
const maxProc = 4 << 20

// proc reads a file that every running Linux has.
func (g *gatherer) proc(name string) ([]byte, bool) {
	data, err := read.File(g.fsys, name, maxProc)
	if err != nil {
		g.problem(name, "", err)
	}
	return data, err == nil
}

func (g *gatherer) runningKernel() string {
	const name = "proc/sys/kernel/osrelease"
	release, _ := g.proc(name)
	return g.clean(name, "", strings.TrimSpace(string(release)))
}

var errNoBootTime = errors.New("has no line with the boot time")

// bootTime is the line "btime SECONDS" of /proc/stat (proc_stat(5)). Linux
// reckons it from the clock, so it may differ by a second between two readings.
func (g *gatherer) bootTime() time.Time {
	const name = "proc/stat"
	data, ok := g.proc(name)
	if !ok {
		return time.Time{}
	}
	for line := range bytes.Lines(data) {
		text, found := bytes.CutPrefix(line, []byte("btime "))
		if !found {
			continue
		}
		seconds, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
		if err != nil || seconds <= 0 {
			break
		}
		return time.Unix(seconds, 0).UTC()
	}
	g.problem(name, "btime", errNoBootTime)
	return time.Time{}
}
