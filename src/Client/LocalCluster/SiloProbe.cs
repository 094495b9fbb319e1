using System.Net;
using DxyOrleans.EmbeddedPostgres;

namespace DxyOrleans.Client.LocalCluster;

/// <summary>How a silo of this machine was found.</summary>
internal enum SiloState
{
    /// <summary>It answers that it works off what is due.</summary>
    Ready,

    /// <summary>It answers that it doesn't, and why.</summary>
    NotReady,

    /// <summary>Its process is there and nothing answers: it is starting, or it hangs.</summary>
    Silent,

    /// <summary>Its process was stopped by a signal.</summary>
    Stopped,

    /// <summary>Its process has ended.</summary>
    Gone,
}

/// <summary>What a silo of this machine is doing.</summary>
/// <param name="Silo">Which.</param>
/// <param name="State">In one word.</param>
/// <param name="Said">What it gave as its reason, where it isn't ready; null where it has none, for it has just begun.</param>
internal sealed record SiloCondition(SiloRecord Silo, SiloState State, string? Said = null)
{
    /// <summary>In words, with the process's number; null where it is at work.</summary>
    public string? Ailment =>
        State switch
        {
            SiloState.Ready => null,
            SiloState.NotReady => Said is null ? $"{Silo.Name} is not ready yet" : $"{Silo.Name} is not ready: {Said}",
            SiloState.Silent => $"{Silo.Name} (process {Silo.Pid}) is there and doesn't answer at {Silo.Ready}",
            SiloState.Stopped =>
                $"{Silo.Name} (process {Silo.Pid}) was stopped by a signal and does nothing; 'kill -CONT {Silo.Pid}' lets it go on",
            _ => $"{Silo.Name} (process {Silo.Pid}) has ended",
        };
}

/// <summary>Asks silos of this machine how they are. By itself a process that is there says nothing about its work.</summary>
internal sealed class SiloProbe(TimeSpan patience) : IDisposable
{
    const string NotReady = "Unhealthy: ";

    // Whatever proxy the environment names for the world outside: this is our own machine.
    readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = patience,
            PooledConnectionLifetime = TimeSpan.Zero,
        }
    )
    {
        Timeout = patience,
    };

    public async Task<SiloCondition> AskAsync(SiloRecord silo, CancellationToken cancellation)
    {
        if (Unanswered(silo) is { } dead)
        {
            return dead;
        }

        try
        {
            using var answer = await _http.GetAsync(silo.Ready, cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return new SiloCondition(silo, SiloState.Ready);
            }

            var text = await answer.Content.ReadAsStringAsync(cancellation);
            return new SiloCondition(
                silo,
                SiloState.NotReady,
                text.StartsWith(NotReady, StringComparison.Ordinal) ? text[NotReady.Length..] : null
            );
        }
        catch (Exception mute) when (mute is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return Unanswered(silo) ?? new SiloCondition(silo, SiloState.Silent);
        }
    }

    public async Task<IReadOnlyList<SiloCondition>> AskAsync(IEnumerable<SiloRecord> silos, CancellationToken cancellation) =>
        await Task.WhenAll(silos.Select(silo => AskAsync(silo, cancellation)));

    public void Dispose() => _http.Dispose();

    static SiloCondition? Unanswered(SiloRecord silo) =>
        silo.Process.Condition switch
        {
            ProcessCondition.Gone => new SiloCondition(silo, SiloState.Gone),
            ProcessCondition.Stopped => new SiloCondition(silo, SiloState.Stopped),
            _ => null,
        };
}
