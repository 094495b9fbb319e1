using Orleans.CodeGeneration;

namespace DxyOrleans.Abstractions;

/// <summary>
/// Takes bars of any number of series in one call, as a vendor's message brings them, and hands each series' bars to its
/// <see cref="IBarGrain"/>. It keeps nothing and lives wherever it is called; its key is 0.
/// </summary>
[Alias("dxy.IIngestGrain")]
[Version(Contract.Version)]
public interface IIngestGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Stores final bars. Answers after the commit of the last of them; a call that fails may have stored some, and calling again with the
    /// same bars stores the others.
    /// </summary>
    [Alias("Publish")]
    Task<IngestResult> PublishAsync(PublishBars message, CancellationToken cancellation = default);
}
