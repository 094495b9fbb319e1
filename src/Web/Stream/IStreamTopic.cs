namespace DxyOrleans.Web.Stream;

/// <summary>Something beside bars that readers may want to hear of.</summary>
interface IStreamTopic
{
    /// <summary>By which readers ask for it.</summary>
    string Name { get; }

    /// <summary>How often it is looked at while somebody wants to hear of it.</summary>
    TimeSpan Every { get; }

    /// <summary>How it is now, an event for each thing that can change by itself.</summary>
    Task<IReadOnlyList<StreamEvent>> ReadAsync(CancellationToken cancellation);
}
