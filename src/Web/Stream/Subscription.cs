using System.Collections.Frozen;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Web.Stream;

/// <summary>One reader and what it wants to hear.</summary>
/// <param name="series">Whose bars, final and forming.</param>
/// <param name="topics"><c>forming</c>, and the names of topics.</param>
sealed class Subscription(IReadOnlyCollection<Series> series, IReadOnlyCollection<string> topics) : IDisposable
{
    /// <summary>Events that may wait for one reader.</summary>
    public const int Capacity = 512;

    public const string Forming = "forming";

    readonly FrozenSet<string> _topics = series.Select(one => one.ToString()).Concat(topics).ToFrozenSet();
    bool _begun;
    readonly bool _forming = topics.Contains(Forming);

    public IReadOnlyCollection<Series> Series => series;

    public Mailbox Mailbox { get; } = new(Capacity);

    /// <summary>Told once what it wants to hear has been looked at for the first time: from now on nothing of it is missed.</summary>
    public void Begin()
    {
        if (!_begun)
        {
            _begun = true;
            Mailbox.Post(StreamEvent.Ready);
        }
    }

    public bool Wants(string topic) => _topics.Contains(topic);

    public void Post(StreamEvent one)
    {
        if (one.Topic.Length == 0 || (_topics.Contains(one.Topic) && (_forming || one.Name != Forming)))
        {
            Mailbox.Post(one);
        }
    }

    public void Dispose() => Mailbox.Dispose();
}
