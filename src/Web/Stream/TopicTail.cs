namespace DxyOrleans.Web.Stream;

/// <summary>What a topic last said, and what of it is news.</summary>
sealed class TopicTail(IStreamTopic topic)
{
    readonly Dictionary<string, string> _said = [];
    long _last;

    public string Name => topic.Name;

    public void Forget()
    {
        _said.Clear();
        _last = 0;
    }

    /// <summary>What differs from what it said, once its time has come.</summary>
    public async Task<IReadOnlyList<StreamEvent>> NewsAsync(TimeProvider time, CancellationToken cancellation)
    {
        if (_last != 0 && time.GetElapsedTime(_last) < topic.Every)
        {
            return [];
        }

        _last = time.GetTimestamp();
        var news = new List<StreamEvent>();
        foreach (var one in await topic.ReadAsync(cancellation))
        {
            if (_said.GetValueOrDefault(one.Key) != one.Data)
            {
                _said[one.Key] = one.Data;
                news.Add(one);
            }
        }

        return news;
    }
}
