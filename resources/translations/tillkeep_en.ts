<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
 <context>
  <name>Tillkeep</name>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/doctor_words.py" />
   <source>%n checks found something wrong: {names}.</source>
   <translation>
    <numerusform>%n check found something wrong: {names}.</numerusform>
    <numerusform>%n checks found something wrong: {names}.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/doctor_words.py" />
   <source>%n checks should be looked at: {names}.</source>
   <translation>
    <numerusform>%n check should be looked at: {names}.</numerusform>
    <numerusform>%n checks should be looked at: {names}.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/customers.py" />
   <source>%n classes</source>
   <translation>
    <numerusform>%n class</numerusform>
    <numerusform>%n classes</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/cart_words.py" />
   <source>%n classes left</source>
   <translation>
    <numerusform>%n class left</numerusform>
    <numerusform>%n classes left</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/views.py" />
   <source>%n needs attention</source>
   <translation>
    <numerusform>%n needs attention</numerusform>
    <numerusform>%n need attention</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/cart_words.py" />
   <source>%n options</source>
   <translation>
    <numerusform>%n option</numerusform>
    <numerusform>%n options</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/sale.py" />
   <location filename="../../pos/ui/controllers/setup_words.py" />
   <source>%n products</source>
   <translation>
    <numerusform>%n product</numerusform>
    <numerusform>%n products</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/app/scans.py" />
   <source>%n scans wait for the next sale.</source>
   <translation>
    <numerusform>%n scan waits for the next sale.</numerusform>
    <numerusform>%n scans wait for the next sale.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/screens/catalogue_section.py" />
   <source>Import %n rows</source>
   <translation>
    <numerusform>Import %n row</numerusform>
    <numerusform>Import %n rows</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/views.py" />
   <source>Offline · %n waiting</source>
   <translation>
    <numerusform>Offline · %n waiting</numerusform>
    <numerusform>Offline · %n waiting</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/views.py" />
   <source>Offline – sales are saved on this computer (%n waiting)</source>
   <translation>
    <numerusform>Offline – sales are saved on this computer (%n waiting)</numerusform>
    <numerusform>Offline – sales are saved on this computer (%n waiting)</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/views.py" />
   <source>Online. %n waiting to be sent.</source>
   <translation>
    <numerusform>Online. %n waiting to be sent.</numerusform>
    <numerusform>Online. %n waiting to be sent.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/trouble.py" />
   <source>Restore the copy of {day}, {time} (%n sales)</source>
   <translation>
    <numerusform>Restore the copy of {day}, {time} (%n sale)</numerusform>
    <numerusform>Restore the copy of {day}, {time} (%n sales)</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/importing.py" />
   <source>Rows left out: %n. All others are imported.</source>
   <translation>
    <numerusform>Rows left out: %n. All others are imported.</numerusform>
    <numerusform>Rows left out: %n. All others are imported.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/importing.py" />
   <source>Rows saved: %n.</source>
   <translation>
    <numerusform>Rows saved: %n.</numerusform>
    <numerusform>Rows saved: %n.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/views.py" />
   <source>Syncing · %n waiting</source>
   <translation>
    <numerusform>Syncing · %n waiting</numerusform>
    <numerusform>Syncing · %n waiting</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <location filename="../../pos/ui/controllers/sale.py" />
   <source>The first %n products</source>
   <translation>
    <numerusform>The first %n product</numerusform>
    <numerusform>The first %n products</numerusform>
   </translation>
  </message>
 </context>
</TS>
