package screen

import (
	"sync/atomic"
	"testing"
)

func TestAPanicAsideIsThatOfTheCaller(t *testing.T) {
	var done atomic.Int32
	defer func() {
		if why := recover(); why != "broken" || done.Load() != 3 {
			t.Errorf("%v, after %d of the others", why, done.Load())
		}
	}()
	sideBySide(4, func(i int) {
		if i == 2 {
			panic("broken")
		}
		done.Add(1)
	})
}
