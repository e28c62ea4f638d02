using System.Numerics;

namespace VectorStore.Linearizability;

/// <summary>A group of points when nothing happens at the same time. A request that writes several is one step: it is atomic, and a read of several sees it whole.</summary>
internal sealed class GroupModel : ISequentialModel<GroupState, GroupCall>
{
    public GroupState Initial => default;

    public bool TryStep(GroupState before, GroupCall call, out GroupState after)
    {
        after = before;
        long there = 0;
        for (int key = 0; key < GroupState.Keys; key++)
        {
            if ((call.Keys & (1 << key)) == 0)
                continue;

            long point = before[key];
            switch (call.Kind)
            {
                case GroupCallKind.Read when point != call.Seen[key]:
                    return false;
                case GroupCallKind.Count:
                    there += point != 0 && GroupState.PayloadOf(point) >= call.Version ? 1 : 0;
                    continue;
                case GroupCallKind.Upsert:
                    after = after.With(key, GroupState.Point(call.Version, call.Version));
                    break;
                case GroupCallKind.Delete:
                    after = after.With(key, 0);
                    break;
                case GroupCallKind.SetPayload when point != 0:
                    after = after.With(key, GroupState.Point((int)(point >> 32), call.Version));
                    break;
            }

            there += point != 0 ? 1 : 0;
        }

        return call.Kind switch
        {
            GroupCallKind.Read => true,
            GroupCallKind.Upsert => call.Number is null || call.Number == BitOperations.PopCount((uint)call.Keys),
            _ => call.Number is null || call.Number == there,
        };
    }
}
