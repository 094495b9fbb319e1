using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Web.Api;
using Microsoft.Extensions.Hosting;

namespace DxyOrleans.Web.Stream;

/// <summary><c>stream</c>: what is committed, forming and decided, as server-sent events.</summary>
sealed class StreamEndpoint(
    StreamHub hub,
    StreamInstruments instruments,
    Replay replay,
    Registries registries,
    IEnumerable<IStreamTopic> topics,
    IHostApplicationLifetime host
)
{
    /// <summary>Series of one reader.</summary>
    const int MaxSeries = 64;

    /// <summary>How long a line stays silent: proxies and browsers take longer silence for an end.</summary>
    static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);

    readonly string[] _topics = [Subscription.Forming, .. topics.Select(topic => topic.Name)];

    public static Task RunAsync(
        [System.ComponentModel.Description("Series such as DXY/1m, with commas between; the indexes' minutes when left out.")]
            string? series,
        [System.ComponentModel.Description("Of forming, runs and health, with commas between; all when left out.")] string? topics,
        HttpContext http,
        StreamEndpoint endpoint
    ) => endpoint.AnswerAsync(series, topics, http);

    // A silo that stops doesn't wait for its readers: they come again, to another.
    async Task AnswerAsync(string? series, string? topics, HttpContext http)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
        try
        {
            await AnswerAsync(series, topics, http, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has left, or the silo stops.
        }
    }

    async Task AnswerAsync(string? series, string? topics, HttpContext http, CancellationToken cancellation)
    {
        var wanted = await SeriesAsync(series, cancellation);
        var since = http.Request.Headers["Last-Event-ID"].ToString();
        var subscription = hub.Join(wanted, TopicsOf(topics))
            ?? throw ProblemKind.TooBusy.Of("as many readers as may be read the stream", "read from another silo, or bars in pages");
        try
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-cache, no-store";
            // Else a proxy keeps events until its buffer is full.
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await http.Response.StartAsync(cancellation);
            await http.Response.Body.FlushAsync(cancellation);
            while (true)
            {
                // Told first, asked after: with it everything up to it has been told.
                var position = hub.Position;
                var events = await subscription.Mailbox.TakeAsync(PingEvery, cancellation);
                if (since.Length > 0 && events.Contains(StreamEvent.Ready))
                {
                    events = [.. events, .. await replay.SinceAsync(subscription, since, cancellation)];
                    since = "";
                }

                instruments.Told(events);
                await WriteAsync(http, events.Count > 0 ? events : [StreamEvent.Ping], position, cancellation);
            }
        }
        finally
        {
            hub.Leave(subscription);
        }
    }

    static async Task WriteAsync(
        HttpContext http,
        IReadOnlyList<StreamEvent> events,
        StreamPosition position,
        CancellationToken cancellation
    )
    {
        var text = new StringBuilder();
        foreach (var one in events)
        {
            text.Append("event: ").Append(one.Name).Append('\n');
            if (position != default)
            {
                text.Append("id: ").Append(position.ToString()).Append('\n');
            }

            text.Append("data: ").Append(one.Data).Append("\n\n");
        }

        await http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation);
        await http.Response.BodyWriter.FlushAsync(cancellation);
    }

    async Task<IReadOnlyCollection<Series>> SeriesAsync(string? text, CancellationToken cancellation)
    {
        var registry = await registries.LoadAsync(cancellation);
        if (string.IsNullOrEmpty(text))
        {
            return [.. registry.Indexes.Select(index => index.Series)];
        }

        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length > MaxSeries)
        {
            throw ProblemKind.Usage.Of($"{names.Length} series are asked for", $"up to {MaxSeries} can be");
        }

        return
        [
            .. names
                .Select(name =>
                    Series.TryParse(name, out var one)
                        ? one
                        : throw ProblemKind.Usage.Of("series has a name that is no series", "write them like DXY/1m,EURUSD/5m")
                )
                .Distinct()
                .Select(one => registry.Require(one.Symbol) is not null ? one : default),
        ];
    }

    string[] TopicsOf(string? text)
    {
        if (text is null)
        {
            return _topics;
        }

        var wanted = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return wanted.All(_topics.Contains)
            ? wanted
            : throw ProblemKind.Usage.Of("topics has a word that is none", $"there are {string.Join(", ", _topics)}");
    }
}
