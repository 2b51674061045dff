/* SPDX-License-Identifier: Apache-2.0
 *
 * The protocol of a permit, for spin(1): tests/model/run checks it. Who takes part, each at its own pace:
 *
 *   Holder      guardctl exec: acquires, begins its command, waits for it, gives the permit back; may be killed
 *   Command     what the holder runs, in a cgroup of its own; lives on when the holder is killed
 *   Guardd      looks, grants, revokes; may crash at any point, and comes back with what was durable
 *   Gated       a service that starts through its gate (check-start), with guardd alive or not
 *   Ungated     a service that somebody starts by hand, past the gate
 *   Clock       lets the lease's time come
 *   Operator    looks at what was interrupted, and clears it
 *
 * Transitions and what they are in the code: grant, begin, end, revoke, clear, advance, occupies: core/permit.cpp;
 * acquire: Permits::acquire, with announce, ask_for_starts and grant (daemon/permits/permit_acquire.cpp); a look:
 * follow_holders and follow_activity (permit_watch.cpp); the gate: check_start (client/check_start.cpp).
 *
 * What must hold:
 *   - no gated service starts while a command runs, whatever became of the lease (assert in Gated);
 *   - no command begins beside a gated service that runs or is about to (assert in Holder);
 *   - every ungated start ends a valid permit: no look leaves one beside it (assert in Guardd), and there is a next look
 *     (ltl revoked_at_last);
 *   - the gate opens at last (ltl opens_at_last); nobody is stuck (spin's own check of end states).
 */

#define ROUNDS 2   /* acquisitions by the holder, and starts of the gated service */
#define CRASHES 2

mtype = { none, granted, running, expired, revoked, interrupted, ended };

/* Durable: in the ledger, and mirrored in /run/guardd before it is answered. One step here, since the mirror is written
 * before the answer and removed after the record: a mirror that is left over is one of a permit that is over, which the
 * gate finds out by itself. */
mtype state = none;
bool began = false;
bool told = false;          /* its holder said that it ended whole */
bool requested = false;     /* the mirror of a request, which is guardd's own and of no weight when that is dead */
byte life = 0;              /* guardd's, counted */

/* What is really there. */
bool holder_lives = false;
bool command_lives = false;
bool gated_lives = false;
bool ungated_lives = false;
bool late = false;          /* the lease's time is over */
bool guardd_lives = true;
bool dead_for_good = false;
bool intent = false;        /* a start intent, in /run/guardd */

/* The lock in /run/guardd, which a dead process does not keep: acquire and check-start take it. */
bool lock_free = true;
inline take_lock() { atomic { lock_free -> lock_free = false } }
inline give_lock() { lock_free = true }

#define valid (state == granted || state == running)
#define occupies (valid || (began && state != interrupted && state != ended && state != none))
#define over (state == none || state == interrupted || state == ended)
/* What the gate makes of the mirrors, with guardd or without: advance() and occupies() on what it sees. */
#define gate_open (!requested && !command_lives && state != interrupted && \
  (over || (!began && (late || !holder_lives || !valid)) || (began && told)))

/* advance(): what time and deaths make of it. */
inline advance() {
  if
  :: over -> skip
  :: else ->
     if
     :: !holder_lives && !(began && command_lives) -> state = (began && !told -> interrupted : ended)
     :: else ->
        if
        :: valid && late -> state = expired
        :: else -> skip
        fi;
        if
        :: began && !command_lives && told -> state = ended
        :: !valid && began && !command_lives && !told -> state = interrupted
        :: else -> skip
        fi
     fi
  fi
}

/* One request to guardd. The gate is closed under the lock; then guardd asks which starts go on, then looks, and then
 * decides and takes the scope in one step of its loop. A look that begins after the asking sees what runs by then. What
 * is granted is durable before it is said. */
bool answer;
bool starting;
byte asked_of;
inline acquire() {
  take_lock();
  atomic {
    asked_of = life;
    if
    :: guardd_lives -> requested = true
    :: else -> skip
    fi
  };
  give_lock();
  starting = intent;
  atomic {
    answer = guardd_lives && asked_of == life && requested && !occupies && !starting && !gated_lives && !ungated_lives;
    if
    :: answer -> state = granted; began = false; told = false; late = false
    :: else -> skip
    fi;
    requested = false
  }
}

proctype Holder() {
  byte round = 0;
  do
  :: round == ROUNDS -> break
  :: round < ROUNDS ->
     round++;
     holder_lives = true;
     acquire();
     if
     :: !answer -> holder_lives = false
     :: answer ->
        if
        :: atomic { guardd_lives && state == granted && !late ->   /* begin() */
             state = running; began = true;
             assert(!gated_lives && !intent);
             command_lives = true }
        :: atomic { !(state == granted && !late) -> skip }         /* refused: exit 125 */
        :: atomic { state == granted -> holder_lives = false }     /* killed before it began */
        fi;
        if
        :: !holder_lives -> skip
        :: holder_lives && began ->
           if
           :: !command_lives ->
              do                                                    /* end(); tried for a while where guardd is away */
              :: atomic { guardd_lives -> if :: !over || state == interrupted -> told = true; state = ended :: else -> skip fi; break }
              :: !guardd_lives -> break
              od;
              holder_lives = false
           :: atomic { command_lives && guardd_lives && !over -> told = true; holder_lives = false }  /* it left processes */
           :: holder_lives = false                                  /* kill -9; the command lives on */
           fi
        :: holder_lives && !began ->
           atomic { if :: guardd_lives && !over -> state = ended :: else -> skip fi; holder_lives = false }
        fi
     fi;
     /* The next one comes when this one is done with. */
     if
     :: !command_lives && !occupies -> skip
     :: !command_lives && !guardd_lives -> break
     fi
  od
}

active proctype Command() {
end:
  do
  :: command_lives -> command_lives = false
  od
}

active proctype Guardd() {
  byte crashes = 0;
end:
  do
  :: guardd_lives && (!over || ungated_lives) ->
     /* A look, and what it makes of the permit: revoke() and advance(). */
     atomic {
       if
       :: valid && ungated_lives -> state = revoked
       :: else -> skip
       fi;
       advance();
       assert(!(valid && ungated_lives))
     }
  :: guardd_lives && crashes < CRASHES ->
     atomic { crashes++; guardd_lives = false; requested = false; life++ };
     guardd_lives = true
  :: atomic { guardd_lives && crashes == CRASHES -> guardd_lives = false; requested = false; life++; dead_for_good = true; break }
  od
}

active proctype Gated() {
  byte round = 0;
  do
  :: round == ROUNDS -> break
  :: round < ROUNDS ->
     round++;
     take_lock();
     if
     :: atomic { gate_open -> intent = true }
     :: atomic { !gate_open -> skip }
     fi;
     give_lock();
     if
     :: intent ->
        atomic { assert(!command_lives); gated_lives = true; intent = false };
        gated_lives = false
     :: else -> skip
     fi
  od
}

active proctype Ungated() {
  ungated_lives = true;
  /* For longer than guardd takes from one look to the next. */
  !valid || dead_for_good;
  ungated_lives = false
}

active proctype Clock() {
end:
  do
  :: !over && !late -> late = true
  od
}

active proctype Operator() {
end:
  do
  :: atomic { guardd_lives && state == interrupted -> state = ended }
  od
}

init { run Holder() }

ltl revoked_at_last { [] ((valid && ungated_lives) -> <> (!valid || dead_for_good)) }
ltl opens_at_last { [] ((began && !command_lives) -> <> (gate_open || command_lives || dead_for_good)) }
