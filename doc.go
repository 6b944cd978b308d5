// Package keeppatched is the root of the module; see its rooms.
package keeppatched
