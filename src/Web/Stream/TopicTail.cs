namespace DxyOrleans.Web.Stream;

/// <summary>What a topic last said, and what of it is news. It is looked at beside the bars, which don't wait for it.</summary>
sealed class TopicTail(IStreamTopic topic)
{
    readonly Dictionary<string, string> _said = [];
    Task _looking = Task.CompletedTask;
    long _last;

    public string Name => topic.Name;

    /// <summary>Looks, once its time has come and the last look is over, and tells what differs from what it said.</summary>
    public void Look(TimeProvider time, Action<IEnumerable<StreamEvent>> tell, Action<string> failed, CancellationToken cancellation)
    {
        if (!_looking.IsCompleted || (_last != 0 && time.GetElapsedTime(_last) < topic.Every))
        {
            return;
        }

        _last = time.GetTimestamp();
        _looking = CheckAsync(tell, failed, cancellation);
    }

    /// <summary>What is told next is told to who has heard nothing yet.</summary>
    public async Task ForgetAsync()
    {
        await _looking;
        _said.Clear();
        _last = 0;
    }

    async Task CheckAsync(Action<IEnumerable<StreamEvent>> tell, Action<string> failed, CancellationToken cancellation)
    {
        try
        {
            foreach (var one in await topic.ReadAsync(cancellation))
            {
                if (_said.GetValueOrDefault(one.Key) != one.Data)
                {
                    _said[one.Key] = one.Data;
                    tell([one]);
                }
            }
        }
        catch (Exception fault)
        {
            if (!cancellation.IsCancellationRequested)
            {
                failed(fault.Message);
            }
        }
    }
}
