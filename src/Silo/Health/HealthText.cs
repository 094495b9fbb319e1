using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DxyOrleans.Silo.Health;

/// <summary>How a health address answers: the status in one word, and why where it isn't Healthy.</summary>
static class HealthText
{
    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        var reasons = string.Join("; ", report.Entries.Values.Select(entry => entry.Description).OfType<string>());
        return context.Response.WriteAsync(
            reasons.Length == 0 ? report.Status.ToString() : $"{report.Status}: {reasons}",
            context.RequestAborted
        );
    }
}
