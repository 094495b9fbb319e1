using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace DxyOrleans.FakeFeeds;

/// <summary>A vendor that isn't one: a server on this machine alone that speaks its protocol.</summary>
public abstract class FakeServer : IAsyncDisposable
{
    readonly WebApplication _app;
    int _requests;

    protected FakeServer(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            // A slow reader is the reader's fault here.
            kestrel.Limits.MinResponseDataRate = null;
        });
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it is, like <c>127.0.0.1:5055</c>.</summary>
    public string Place { get; private set; } = "";

    /// <summary>Live connections, or polls, that were let in.</summary>
    public int Connections { get; protected set; }

    /// <summary>Requests that it got.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public async Task StartAsync()
    {
        await _app.StartAsync();
        Place = new Uri(_app.Urls.First()).Authority;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // Somebody is still connected.
        }

        await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task HandleAsync(HttpContext context);

    protected static Task HtmlAsync(HttpContext context, int status) =>
        WriteAsync(
            context,
            status,
            "<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>",
            "text/html"
        );

    protected static Task JsonAsync(HttpContext context, int status, string json) => WriteAsync(context, status, json, "application/json");

    protected static async Task WriteAsync(HttpContext context, int status, string text, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        try
        {
            await HandleAsync(context);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or System.Net.WebSockets.WebSocketException)
        {
            // Whoever asked is gone.
        }
    }
}
