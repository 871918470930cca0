package monitor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"vpsdeck/internal/atomicfile"
	"vpsdeck/internal/event"
	"vpsdeck/internal/fserror"
	"vpsdeck/internal/hook"
	"vpsdeck/model"
)

// TellerOptions are the options of a Teller.
type TellerOptions struct {
	Account Account
	Hooks   hook.Options
	File    string                  // what was told is saved here; "": nowhere
	OnEvent func(event.Event)       // nil: nobody else is told
	OnView  func(model.AccountView) // nil: nobody else sees the views
	// OnSaveError is called when the file cannot be read or written, at most once until it can
	// again. It gets a sentence.
	OnSaveError func(string)
}

// Teller tells of each event of an account once, also over a restart.
type Teller struct {
	opts       TellerOptions
	watcher    *event.Watcher
	sender     *hook.Sender
	saved      file
	savedAt    time.Time
	saveFailed bool
}

// file is what is saved.
type file struct {
	Memory  event.Memory    `json:"memory"`
	Pending []hook.Delivery `json:"pending"` // events that hooks have not been told of yet
}

// StateFile returns the path of an account's file in the state directory. Its name is a hash, because
// hosts and profiles come from outside.
func StateFile(dir string, account Account) string {
	if dir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(account.Client.Host() + "\x00" + account.Profile))
	return filepath.Join(dir, "events-"+hex.EncodeToString(sum[:12])+".json")
}

// NewTeller returns a teller that continues where the file ends.
func NewTeller(opts TellerOptions) *Teller {
	t := &Teller{opts: opts, sender: hook.New(opts.Hooks)}
	if opts.File != "" {
		t.load()
	}
	a := opts.Account
	t.watcher = event.NewWatcher(event.Options{Host: a.Client.Host(), Profile: a.Profile, Policies: a.Policies,
		Records: a.Records}, t.saved.Memory, a.Client.Now())
	t.sender.Add(t.saved.Pending)
	return t
}

// maxFile is the largest file that is read, in bytes.
const maxFile = 64 << 20

func (t *Teller) load() {
	info, err := os.Stat(t.opts.File)
	if os.IsNotExist(err) {
		return
	}
	var text []byte
	if err == nil && info.Size() <= maxFile {
		text, err = os.ReadFile(t.opts.File)
	}
	if err != nil {
		t.reportFile("read", fserror.Reason(err))
		return
	}
	var saved file
	if json.Unmarshal(text, &saved) != nil {
		t.reportFile("read", "it is damaged, so what happens first is no news")
		return
	}
	t.saved = saved
}

func (t *Teller) reportFile(participle, why string) {
	if !t.saveFailed && t.opts.OnSaveError != nil {
		t.opts.OnSaveError("what was told is not kept over a restart: " + t.opts.File + " cannot be " + participle +
			": " + why)
	}
	t.saveFailed = true
}

// Run tells until the source or the context ends. It returns when the deliveries under way have
// ended.
func (t *Teller) Run(ctx context.Context, next Source) {
	views := make(chan model.AccountView)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() { t.sender.Run(ctx) })
	all.Go(func() {
		defer close(views)
		next.each(ctx, func(view model.AccountView) bool {
			select {
			case views <- view:
				return true
			case <-ctx.Done():
				return false
			}
		})
	})
	for open := true; open; {
		var view model.AccountView
		select {
		case view, open = <-views:
			if open {
				t.apply(view)
			}
		case <-t.sender.Settled():
			t.save(nil)
		}
	}
	cancel()
	all.Wait()
	t.save(nil)
}

func (t *Teller) apply(view model.AccountView) {
	a := t.opts.Account
	events := t.watcher.Apply(view, a.Client.Now(), a.Clock.Now())
	planned := t.sender.Plan(events)
	t.save(planned) // before they are delivered, so that a crash loses none
	t.sender.Add(planned)
	if t.opts.OnView != nil {
		t.opts.OnView(view)
	}
	for _, e := range events {
		if t.opts.OnEvent != nil {
			t.opts.OnEvent(e)
		}
	}
}

// saveInterval is how often the file is written if only the time of the last reading has changed.
const saveInterval = 10 * time.Minute

// save writes the file if what it says has changed. planned is what is about to be delivered.
func (t *Teller) save(planned []hook.Delivery) {
	now := file{Memory: t.watcher.Memory(), Pending: append(t.sender.Pending(), planned...)}
	if t.opts.File == "" || now.Memory.At.IsZero() && len(t.saved.Pending) == 0 {
		return
	}
	before := t.saved
	before.Memory.At = now.Memory.At
	local := t.opts.Account.Clock.Now()
	if reflect.DeepEqual(before, now) && local.Sub(t.savedAt) < saveInterval && !t.saveFailed {
		return
	}
	text, err := json.Marshal(now)
	if err == nil {
		err = writeFile(t.opts.File, text)
	}
	if err != nil {
		t.reportFile("written", fserror.Reason(err))
		return
	}
	t.saved, t.savedAt, t.saveFailed = now, local, false
}

// writeFile replaces a file whole or not at all. Only its owner can read it.
func writeFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(path, text, 0o600)
}
