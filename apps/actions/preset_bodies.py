"""Bodies of the presets of “Ping URL” (see ``presets``)."""

_SENTENCE = "{event_name|default:Conversion} on {offer_name}: {payout} {currency}"
AUTOMATION_BODY = """{
  "delivery_id": "{delivery_id}",
  "event": "{event_name}",
  "status": "{status}",
  "transaction_id": "{transaction_id}",
  "conversion_id": "{conversion_id}",
  "order_id": "{order_id}",
  "offer": "{offer_name}",
  "affiliate": "{affiliate_name}",
  "payout": "{payout}",
  "currency": "{currency}",
  "time": "{event_time}"
}"""
TEAMS_BODY = """{
  "type": "message",
  "attachments": [{
    "contentType": "application/vnd.microsoft.card.adaptive",
    "content": {
      "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
      "type": "AdaptiveCard",
      "version": "1.4",
      "body": [
        {"type": "TextBlock", "weight": "Bolder", "wrap": true,
         "text": "{event_name|default:Conversion} on {offer_name}"},
        {"type": "FactSet", "facts": [
          {"title": "Payout", "value": "{payout} {currency}"},
          {"title": "Status", "value": "{status|default:none}"},
          {"title": "Transaction", "value": "{transaction_id}"}
        ]}
      ]
    }
  }]
}"""
# eventValue is JSON within a string of JSON.
APPSFLYER_BODY = r"""{
  "appsflyer_id": "{param:appsflyer_id}",
  "eventName": "{event_sent_as}",
  "eventValue": "{\"af_revenue\":\"{sale_amount|default:0}\"}",
  "eventCurrency": "{currency}",
  "eventTime": "{event_time|date:%Y-%m-%d %H:%M:%S.000}",
  "customer_user_id": "{user_id}",
  "ip": "{ip}"
}"""
IMPACT_BODY = """CampaignId=YOUR-PROGRAM-ID
EventTypeId=YOUR-EVENT-TYPE-ID
EventDate={conversion_time|iso}
ClickId={partner_click_id}
OrderId={order_id}
Amount={sale_amount}
CurrencyCode={currency}"""
DISCORD_BODY = f"""{{
  "content": "{_SENTENCE}",
  "allowed_mentions": {{"parse": []}}
}}"""
TELEGRAM_BODY = f"""{{
  "chat_id": "YOUR-CHAT-ID",
  "text": "{_SENTENCE}"
}}"""
