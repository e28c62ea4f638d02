using System.Numerics;

namespace VectorStore.Linearizability;

/// <summary>Finds out whether the answers of calls that overlapped can be those of the same calls one after the other, each at some moment between its invocation and its response.</summary>
/// <remarks>
/// The search of Wing and Gong ("Testing and verifying concurrent objects", Journal of Parallel and Distributed Computing 17, 1993): take any call that no other precedes, see whether it can come next, and go back where none can.
/// With the memory of Lowe ("Testing for linearizability", Concurrency and Computation 29, 2017): a set of calls that were taken and the state they led to are gone on from once. We add calls that were never answered:
/// such a call may be taken with its effect or without, and need be taken by the moment from which on it can have none.
/// Deciding is NP-complete in general; steps bound it.
/// </remarks>
internal static class LinearizabilityChecker
{
    /// <summary>Judges one history of one object.</summary>
    /// <param name="model">The object.</param>
    /// <param name="calls">In any order. The calls of one client do not overlap, but for those that were never answered.</param>
    /// <param name="stepsMax">More are not tried.</param>
    public static Verdict Check<TState, TCall>(ISequentialModel<TState, TCall> model, IReadOnlyList<RecordedCall<TCall>> calls, long stepsMax)
        where TState : struct, IEquatable<TState> => new Search<TState, TCall>(model, calls, stepsMax).Run();

    // An invocation or a response. Those of calls that are not taken yet form a list in the order of time, which begins and ends with a sentinel.
    private sealed class Event(int call, bool isResponse)
    {
        public int Call => call;

        public bool IsResponse => isResponse;

        public Event? Partner { get; set; }

        public Event Previous { get; set; } = null!;

        public Event Next { get; set; } = null!;
    }

    private sealed class Search<TState, TCall>
        where TState : struct, IEquatable<TState>
    {
        private readonly ISequentialModel<TState, TCall> _model;
        private readonly IReadOnlyList<RecordedCall<TCall>> _calls;
        private readonly long _stepsMax;
        private readonly Event _first = new(-1, isResponse: false);
        private readonly ulong[] _taken;
        private readonly HashSet<Position> _seen = [];

        // What was taken, in order: the call, the state before it, and whether it had no effect.
        private readonly Stack<(Event Invocation, TState Before, bool WasSkipped)> _order = new();
        private int _answersLeft;
        private TState _state;
        private long _steps;
        private string _farthest = "";
        private int _farthestCount = -1;

        public Search(ISequentialModel<TState, TCall> model, IReadOnlyList<RecordedCall<TCall>> calls, long stepsMax)
        {
            _model = model;
            _calls = calls;
            _stepsMax = stepsMax;
            _taken = new ulong[(calls.Count + 63) / 64];
            _state = model.Initial;
            _answersLeft = calls.Count(call => call.Responded != long.MaxValue);
            Link();
        }

        public Verdict Run()
        {
            var at = _first.Next;
            bool skips = false;
            while (_answersLeft > 0)
            {
                if (_steps++ == _stepsMax)
                    return new Verdict(VerdictKind.Undecided, _steps, $"{_calls.Count} calls are not decided after {_stepsMax} steps");

                if (!at.IsResponse)
                {
                    if (TryTake(at, skips))
                    {
                        at = _first.Next;
                        skips = false;
                    }
                    else if (!skips && _calls[at.Call].IsUnknown)
                    {
                        skips = true;
                    }
                    else
                    {
                        at = at.Next;
                        skips = false;
                    }

                    continue;
                }

                // This call has been answered, and is not among those taken: it would have to be next, and is not.
                NoteFarthest(at);
                if (_order.Count == 0)
                    return new Verdict(VerdictKind.NotLinearizable, _steps, _farthest);

                (at, skips) = GoBack();
            }

            return new Verdict(VerdictKind.Linearizable, _steps);
        }

        private bool TryTake(Event invocation, bool skips)
        {
            var after = _state;
            if (!skips && !_model.TryStep(_state, _calls[invocation.Call].Call, out after))
                return false;

            Flip(invocation.Call);
            if (!_seen.Add(new Position([.. _taken], after)))
            {
                Flip(invocation.Call);
                return false;
            }

            _order.Push((invocation, _state, skips));
            _state = after;
            Unlink(invocation);
            if (invocation.Partner is { } response)
            {
                Unlink(response);
                _answersLeft--;
            }

            return true;
        }

        /// <summary>Gives back what was taken last; returns how to go on.</summary>
        private (Event At, bool Skips) GoBack()
        {
            var (invocation, before, wasSkipped) = _order.Pop();
            _state = before;
            Flip(invocation.Call);
            if (invocation.Partner is { } response)
            {
                Relink(response);
                _answersLeft++;
            }

            Relink(invocation);
            return !wasSkipped && _calls[invocation.Call].IsUnknown ? (invocation, true) : (invocation.Next, false);
        }

        private void NoteFarthest(Event response)
        {
            if (_order.Count <= _farthestCount)
                return;

            _farthestCount = _order.Count;
            var last = _order.Take(8).Reverse().Select(taken => $"  {_calls[taken.Invocation.Call]}{(taken.WasSkipped ? " — without effect" : "")}");
            _farthest = $"no order explains all answers; one that goes farthest takes {_order.Count} of {_calls.Count} calls, the last of them\n{string.Join('\n', last)}\n"
                + $"and is then in the state {_state}, where nothing can follow before this one, which cannot:\n  {_calls[response.Call]}";
        }

        private void Link()
        {
            var events = new List<(long At, bool IsResponse, Event Event)>();
            for (int call = 0; call < _calls.Count; call++)
            {
                var invocation = new Event(call, isResponse: false);
                events.Add((_calls[call].Invoked, false, invocation));
                if (_calls[call].Responded == long.MaxValue)
                    continue;

                invocation.Partner = new Event(call, isResponse: true);
                events.Add((_calls[call].Responded, true, invocation.Partner));
            }

            var previous = _first;
            foreach (var (_, _, next) in events.OrderBy(one => one.At).ThenBy(one => one.IsResponse))
            {
                previous.Next = next;
                next.Previous = previous;
                previous = next;
            }

            previous.Next = _first;
            _first.Previous = previous;
        }

        private static void Unlink(Event one)
        {
            one.Previous.Next = one.Next;
            one.Next.Previous = one.Previous;
        }

        // In the reverse order of unlinking, so the neighbours are those of then.
        private static void Relink(Event one)
        {
            one.Previous.Next = one;
            one.Next.Previous = one;
        }

        private void Flip(int call) => _taken[call / 64] ^= 1UL << (call % 64);

        private sealed record Position(ulong[] Taken, TState State)
        {
            public bool Equals(Position? other) => other is not null && State.Equals(other.State) && Taken.AsSpan().SequenceEqual(other.Taken);

            public override int GetHashCode()
            {
                ulong hash = (ulong)State.GetHashCode();
                foreach (ulong word in Taken)
                    hash = BitOperations.RotateLeft((hash ^ word) * 0x9E3779B97F4A7C15, 29);

                return (int)(hash ^ (hash >> 32));
            }
        }
    }
}
